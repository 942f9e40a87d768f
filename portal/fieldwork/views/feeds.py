"""A technician's visits for the calendar on the phone, and the page with its address."""

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
from portal.calendar.feeds import feed_of
from portal.calendar.models import FeedKind
from portal.database import db
from portal.fieldwork.feed import technician_feed, technician_of
from portal.fieldwork.views import bp
from portal.site import current_site
from portal.texts import spoken_to, text


@bp.get("/agenda/m/<feed_token>.ics")
@public("Whoever holds the secret address reads the streets of one technician's visits, no more.")
def feed(feed_token: str) -> ResponseReturnValue:
    session = db.session()
    found = feed_behind(session, FeedKind.TECHNICIAN, feed_token) or abort(404)
    member = technician_of(session, found.technician_id) or abort(404)
    technician_id = member.technician_id or abort(404)
    today = clock.local_date(clock.now())
    with spoken_to(member.locale):
        told = technician_feed(session, technician_id, current_site(), today, day_page)
        return feed_answer(feed_of(told))


@bp.get("/route/calendar")
@staff(Role.TECHNICIAN)
def own_feed() -> ResponseReturnValue:
    return feed_page()


@bp.post("/route/calendar")
@staff(Role.TECHNICIAN)
def make_own_feed() -> ResponseReturnValue:
    key, actor = request.form.get("key", ""), current_actor()
    token = made_address(
        own(), key, clock.now(), actor=actor, subject=actor, signing_key=running_key()
    )
    return feed_page(current_site().base_url + url_for("fieldwork.feed", feed_token=token))


@bp.post("/route/calendar/stop")
@staff(Role.TECHNICIAN)
def stop_own_feed() -> ResponseReturnValue:
    actor = current_actor()
    stop_address(own(), clock.now(), actor=actor, subject=actor)
    flash(text("Stopped. The address opens nothing any more."), "success")
    return redirect(url_for("fieldwork.own_feed"), 303)


def feed_page(address: str = "") -> ResponseReturnValue:
    """Return the page about the address; it is shown when it was made just now."""
    make, stop = url_for("fieldwork.make_own_feed"), url_for("fieldwork.stop_own_feed")
    return render_template(
        "fieldwork/feed.html", feed=subscription_of(db.session(), own(), make, stop, address)
    )


def own() -> FeedOwner:
    """Return whose feed it is; 404 for somebody without a route."""
    return FeedOwner(FeedKind.TECHNICIAN, current_staff().technician_id or abort(404))


def day_page(day: date) -> str:
    """Return the whole address of the page of a day; it asks to sign in."""
    return current_site().base_url + url_for("fieldwork.day", date=day.isoformat())
