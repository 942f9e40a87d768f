"""Two questions for a customer without sign-in, and what the desk does with the answers."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_actor
from portal.access.guards import Role, public, staff
from portal.access.queries import colleague_names
from portal.booking.circumstances import Circumstances
from portal.booking.links import running_key
from portal.clock import local_date
from portal.database import db, transaction
from portal.errors import Refusal
from portal.feedback import actions
from portal.feedback.forms import (
    NOTE_LENGTH,
    WORDS_LENGTH,
    answer_from,
    went_in_words,
    words_from,
)
from portal.feedback.links import opinion_from
from portal.feedback.models import Opinion, OpinionState, Went
from portal.feedback.policy import call_before
from portal.feedback.queries import opinion_list, opinions_of
from portal.limits import PRESSES, limiter, of_this_page
from portal.site import current_site
from portal.texts import speak, text

bp = Blueprint("feedback", __name__, template_folder="templates")
SIGNED = "The token is signed and opens the two questions about one visit only."


@bp.app_template_global("opinions_about")
def opinions_about(customer_id: int) -> Sequence[Opinion]:
    """Return what a customer answered, for the customer's file."""
    return opinions_of(db.session(), customer_id)


@bp.app_template_filter("went_in_words")
def _went_in_words(went: Went) -> str:
    return went_in_words(went)


@bp.get("/vragen/<opinion_token>")
@public(SIGNED)
def questions(opinion_token: str) -> ResponseReturnValue:
    return question_page(opinion_token, opinion_of(opinion_token))


@bp.post("/vragen/<opinion_token>")
@public(SIGNED)
@limiter.limit(PRESSES, key_func=of_this_page)
def answer(opinion_token: str) -> ResponseReturnValue:
    opinion = opinion_of(opinion_token)
    went, errors = answer_from(request.form)
    if went is None:
        return question_page(opinion_token, opinion, errors)
    words = words_from(request.form, "words", WORDS_LENGTH)
    with transaction() as session:
        actions.answer(session, opinion, went, words, by_customer())
    return redirect(url_for("feedback.questions", opinion_token=opinion_token), 303)


@bp.post("/vragen/<opinion_token>/stop")
@public(SIGNED)
@limiter.limit(PRESSES, key_func=of_this_page)
def stop(opinion_token: str) -> ResponseReturnValue:
    opinion = opinion_of(opinion_token)
    with transaction() as session:
        actions.want_no_questions(session, opinion, by_customer())
    flash(text("All right. We do not ask you anything after a visit any more."), "success")
    return redirect(url_for("feedback.questions", opinion_token=opinion_token), 303)


@bp.get("/staff/opinions")
@staff(Role.DESK, Role.PLANNER)
def opinions() -> ResponseReturnValue:
    return opinions_page()


@bp.post("/staff/opinions/<int:opinion_id>/close")
@staff(Role.DESK, Role.PLANNER)
def close(opinion_id: int) -> ResponseReturnValue:
    opinion = db.session().get(Opinion, opinion_id) or abort(404)
    note = words_from(request.form, "note", NOTE_LENGTH)
    circumstances = Circumstances(clock.now(), current_actor(), current_site())
    try:
        with transaction() as session:
            actions.close(session, opinion, note, circumstances)
    except Refusal as refusal:
        return opinions_page(refusal)
    flash(text("Closed. It stands in the customer's file."), "success")
    return redirect(url_for("feedback.opinions"), 303)


def opinions_page(refusal: Refusal | None = None) -> ResponseReturnValue:
    """Return the list of opinions, those that wait for somebody first."""
    waiting = opinion_list(db.session(), is_open=True)
    closed = opinion_list(db.session(), is_open=False, limit=30)
    deadlines = {
        one.id: call_before(local_date(one.answered_at)) for one in waiting if one.answered_at
    }
    page = render_template(
        "feedback/opinions.html",
        waiting=waiting,
        closed=closed,
        closed_by=colleague_names(db.session(), {one.owner for one in closed}),
        deadlines=deadlines,
        today=local_date(clock.now()),
        problem=refusal.sentence if refusal else "",
    )
    return page, refusal.status if refusal else 200


def question_page(
    opinion_token: str, opinion: Opinion, errors: dict[str, str] | None = None
) -> ResponseReturnValue:
    """Return the questions or, once they are answered, our thanks."""
    page = render_template(
        "feedback/questions.html",
        opinion=opinion,
        opinion_token=opinion_token,
        is_answered=opinion.state is not OpinionState.ASKED,
        is_called=opinion.state is OpinionState.OPEN,
        answers=[(one.value, went_in_words(one)) for one in Went],
        errors=errors or {},
        words=request.form.get("words", ""),
    )
    return page, 422 if errors else 200


def opinion_of(opinion_token: str) -> Opinion:
    """Return the opinion of a link, and speak as its customer likes; raises LinkBroken."""
    opinion = opinion_from(db.session(), opinion_token, running_key())
    speak(opinion.customer.tone, opinion.customer.locale)
    return opinion


def by_customer() -> Circumstances:
    """Return when the customer answered."""
    return Circumstances(clock.now(), "customer", current_site())
