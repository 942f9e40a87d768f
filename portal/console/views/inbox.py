"""The desk's mail: what came in and waits for a person."""

from __future__ import annotations

from urllib.parse import quote

from flask import abort, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.current import current_actor
from portal.access.guards import Role, staff
from portal.access.navigation import count_beside
from portal.console.blueprint import bp
from portal.console.inbox import (
    ANSWERED,
    NO_ANSWER_NEEDED,
    PUT_BACK,
    Doing,
    inbox,
    number_of_mails,
    opened_mail,
    put_back,
    settle_mail,
)
from portal.console.inbox_words import understood
from portal.console.queries import branch_at_hand, chosen_branch
from portal.console.wording import appointment_state
from portal.database import db, transaction
from portal.texts import text


@bp.record_once
def _count_in_menu(state: BlueprintSetupState) -> None:
    count_beside(state.app, "console.inbox", number_waiting)


def number_waiting() -> int:
    """Return how many mails wait at the branch that this browser looks at."""
    branch_id = branch_at_hand(db.session())
    return 0 if branch_id is None else number_of_mails(db.session(), branch_id)


@bp.get("/staff/mail", endpoint="inbox")
@staff(Role.DESK, Role.PLANNER)
def inbox_page() -> ResponseReturnValue:
    session = db.session()
    branch = chosen_branch(session, request.args.get("branch"))
    dealt_with = request.args.get("show") == "dealt-with"
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "console/inbox.html",
        branch=branch,
        inbox=inbox(session, branch.id, page, dealt_with=dealt_with),
        dealt_with=dealt_with,
        understood=understood,
    )


@bp.get("/staff/mail/<int:message_id>")
@staff(Role.DESK, Role.PLANNER)
def mail(message_id: int) -> ResponseReturnValue:
    found = opened_mail(db.session(), message_id) or abort(404)
    message = found.message
    return render_template(
        "console/mail.html",
        mail=found,
        message=message,
        understood=understood(message.verdict),
        appointment_state=appointment_state,
        answer_to=_answer_to(message.sender, message.subject),
    )


@bp.post("/staff/mail/<int:message_id>/done")
@staff(Role.DESK, Role.PLANNER)
def mail_done(message_id: int) -> ResponseReturnValue:
    was_answered = request.form.get("how") == "answered"
    done = Doing(current_actor(), ANSWERED if was_answered else NO_ANSWER_NEEDED, clock.now())
    with transaction() as session:
        opened_mail(session, message_id) or abort(404)
        settled = settle_mail(session, message_id, done)
    if settled:
        flash(text("Noted. The mail is dealt with."), "success")
    else:
        flash(text("A colleague dealt with this mail before you."), "info")
    return redirect(url_for("console.inbox"), 303)


@bp.post("/staff/mail/<int:message_id>/back")
@staff(Role.DESK, Role.PLANNER)
def mail_back(message_id: int) -> ResponseReturnValue:
    with transaction() as session:
        opened_mail(session, message_id) or abort(404)
        put_back(session, message_id, Doing(current_actor(), PUT_BACK, clock.now()))
    flash(text("The mail waits in the list again."), "success")
    return redirect(url_for("console.mail", message_id=message_id), 303)


def _answer_to(sender: str, subject: str) -> str:
    """Return what opens the reader's mail program with an answer."""
    is_answer = subject.lower().startswith(("re:", "antw:"))
    answered = subject if is_answer else f"Re: {subject}"
    return f"mailto:{quote(sender, safe='@')}?subject={quote(answered)}"
