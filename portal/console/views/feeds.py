"""The coming days for a planner's calendar, and the page with its address."""

from __future__ import annotations

from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_actor, current_staff
from portal.access.guards import Role, public, staff
from portal.access.own_feeds import made_address, stop_address
from portal.booking.links import running_key
from portal.calendar.feed_pages import feed_answer, subscription_of
from portal.calendar.feed_tokens import FeedOwner, feed_behind
from portal.calendar.feeds import derived_uid, feed_of
from portal.calendar.models import FeedKind
from portal.console.blueprint import bp
from portal.console.feed import planner_feed, planner_of
from portal.database import db
from portal.site import current_site
from portal.texts import spoken_to, text


@bp.get("/agenda/p/<feed_token>.ics")
@public("Whoever holds the secret address reads how many visits each day has, and nothing else.")
def feed(feed_token: str) -> ResponseReturnValue:
    session = db.session()
    found = feed_behind(session, FeedKind.PLANNER, feed_token) or abort(404)
    member = planner_of(session, found.staff_id) or abort(404)
    today, uid = clock.local_date(clock.now()), derived_uid("planner", found.token_hash)
    with spoken_to(member.locale):
        return feed_answer(feed_of(planner_feed(session, uid, current_site(), today, board_page)))


@bp.get("/staff/calendar")
@staff(Role.PLANNER)
def own_feed() -> ResponseReturnValue:
    return feed_page()


@bp.post("/staff/calendar")
@staff(Role.PLANNER)
def make_own_feed() -> ResponseReturnValue:
    key, actor = request.form.get("key", ""), current_actor()
    token = made_address(
        own(), key, clock.now(), actor=actor, subject=actor, signing_key=running_key()
    )
    return feed_page(current_site().base_url + url_for("console.feed", feed_token=token))


@bp.post("/staff/calendar/stop")
@staff(Role.PLANNER)
def stop_own_feed() -> ResponseReturnValue:
    actor = current_actor()
    stop_address(own(), clock.now(), actor=actor, subject=actor)
    flash(text("Stopped. The address opens nothing any more."), "success")
    return redirect(url_for("console.own_feed"), 303)


def feed_page(address: str = "") -> ResponseReturnValue:
    """Return the page about the address; it is shown when it was made just now."""
    make, stop = url_for("console.make_own_feed"), url_for("console.stop_own_feed")
    return render_template(
        "console/feed.html", feed=subscription_of(db.session(), own(), make, stop, address)
    )


def own() -> FeedOwner:
    """Return whose feed it is: of who is signed in."""
    return FeedOwner(FeedKind.PLANNER, current_staff().id)


def board_page(branch: str, day: date) -> str:
    """Return the whole address of a branch's board on a day; it asks to sign in."""
    path = url_for("console.board", branch=branch, date=day.isoformat())
    return current_site().base_url + path
