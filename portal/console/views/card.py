"""The card that came back: type its code, press what is ticked, and take the next one."""

from __future__ import annotations

import re

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from portal import clock
from portal.access.guards import Role, staff
from portal.booking.errors import WITH_ALTERNATIVES, AlreadyBooked
from portal.booking.forms import new_key
from portal.booking.models import InvitationState
from portal.booking.offering.second_chance import with_room_made
from portal.booking.queries import live_appointment
from portal.booking.references import understood
from portal.campaigns.letters.answering import book_from_card, none_suits, opening_of
from portal.campaigns.letters.post import held_until
from portal.campaigns.letters.queries import letter_by_code, printed_windows
from portal.campaigns.models import Letter
from portal.console.blueprint import bp
from portal.console.queries import stay_at
from portal.console.views.customer import words_of
from portal.console.views.letters import acting
from portal.customers.models import VisitState
from portal.database import db, transaction
from portal.errors import Refusal
from portal.messages.outbox import can_be_mailed
from portal.telephone import grouped
from portal.texts import text

ANSWERS = ("0", "1", "2", "3")
REFUSED: tuple[type[Refusal], ...] = (*WITH_ALTERNATIVES, AlreadyBooked)


@bp.get("/staff/card")
@staff(Role.DESK, Role.PLANNER)
def card() -> ResponseReturnValue:
    typed = request.args.get("code", "").strip()
    if not typed:
        return card_page(None)
    code = understood(typed)
    letter = letter_by_code(db.session(), code) if code else None
    if code is None:
        return card_page(
            None, text("This code cannot be right. It has eight digits and one letter.")
        )
    if letter is None:
        return card_page(None, text("We know no letter with this code. Look once more."))
    return card_page(letter)


@bp.post("/staff/letters/cards/<int:letter_id>")
@staff(Role.DESK, Role.PLANNER)
def answer_card(letter_id: int) -> ResponseReturnValue:
    letter = db.session.get(Letter, letter_id) or abort(404)
    answer = request.form.get("answer", "")
    if answer not in ANSWERS:
        return card_page(letter, text("Press what is ticked on the card."), 422)
    try:
        told = noted(letter, int(answer), key_of(request.form.get("key", "")))
    except REFUSED as refusal:
        return refused(letter_id, refusal)
    except IntegrityError:  # the customer at the same moment: the database let one through
        return refused(letter_id, AlreadyBooked())
    flash(told, "success")
    return redirect(url_for("console.card"), 303)


def key_of(sent: str) -> str:
    """Return the key that came with a form, or a fresh one for what cannot be a key."""
    return sent if re.fullmatch(r"[\w-]{16,64}", sent, re.ASCII) else new_key()


def noted(letter: Letter, answer: int, key: str) -> str:
    """Do what the card says, and return what to tell the customer, and how."""
    letter_id, visit = letter.id, letter.invitation.visit
    customer = visit.customer
    reached = "" if can_be_mailed(customer.email) else grouped(customer.phone or text("not known"))
    if answer == 0:
        with transaction() as session:
            none_suits(session, session.get_one(Letter, letter_id), acting())
        return text("Noted: none suits. The three times are free again. Please call this customer.")

    def book() -> str:
        with transaction() as session:
            made = book_from_card(
                session, session.get_one(Letter, letter_id), answer, key, acting()
            )
            told = text("Booked: %(day)s, %(start)s–%(end)s. Appointment number %(reference)s.")
            return told % words_of(made)

    opening_id = opening_of(db.session(), letter, answer)
    told = with_room_made(db.session(), visit, opening_id, book)
    if not reached:
        return told
    call = text("There is no mail address: call the customer to say so (%(phone)s).", phone=reached)
    return f"{told} {call}"


def refused(letter_id: int, refusal: Refusal) -> ResponseReturnValue:
    """Return the card once more with why it cannot be done, read afresh."""
    db.session.rollback()
    letter = db.session.get_one(Letter, letter_id, populate_existing=True)
    return card_page(letter, refusal.sentence, refusal.status)


def card_page(letter: Letter | None, problem: str = "", status: int = 200) -> ResponseReturnValue:
    """Return the form for a code, and below it the card with that code."""
    session = db.session()
    visit = letter.invitation.visit if letter else None
    if visit is not None:
        stay_at(visit.customer.branch_id)
    page = render_template(
        "console/card.html",
        letter=letter,
        visit=visit,
        appointment=live_appointment(session, visit) if visit else None,
        is_open=visit is not None and visit.state is VisitState.OPEN
        and letter is not None and letter.invitation.state is InvitationState.OPEN,
        is_late=letter is not None and clock.now() >= held_until(letter.deadline_on),
        windows=printed_windows(session, letter) if letter else (),
        typed=request.args.get("code", "") if letter is None else "",
        key=new_key(),
        problem=problem,
    )  # fmt: skip
    return page, status
