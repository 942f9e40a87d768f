"""A program is offered what the customer's own page offers, and told why not the rest."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.actions import hold
from portal.booking.links import path_of, token_of
from portal.booking.offering.reasons import Reason
from portal.booking.offering.why_not import answer_for
from portal.clock import AMSTERDAM
from portal.customers.models import DayPart, Preferences, Visit
from portal.database import transaction
from portal.texts import Tone, spoken_to
from tests.api.conftest import Answer, Program
from tests.booking.agenda import FIRST, NOW, circumstances, opening_at
from tests.campaigns.letters.agenda import by_letter, make_paper_agenda, the_letter, written
from tests.conftest import SettableClock
from tests.document import Document
from tests.factories import (
    keep,
    make_appointment,
    make_customer,
    make_invitation,
    make_visit,
)
from tests.visitor import Visitor

pytestmark = pytest.mark.heart

ASKED = ["", "all=1", "part=morning", "weekday=2&weekday=4&from=2027-03-12", "part=afternoon&all=1"]


def shown_on(page: Document) -> list[int]:
    """Return the ids of the windows that a page lets one press, from top to bottom."""
    buttons = page.elements("button", name="opening")
    return [int(one.get("value", "0")) for one in buttons]


def offered(answer: Answer) -> list[int]:
    return [one["id"] for one in answer["windows"]]


def invited(app: Flask, session: Session, visit: Visit) -> str:
    """Return the personal page of a visit."""
    return f"/a/{token_of(make_invitation(session, visit=visit), app.config['SECRET_KEY'])}"


@pytest.mark.usefixtures("agenda")
@pytest.mark.parametrize("asked", ASKED)
def test_the_windows_are_those_of_the_page_in_its_order(
    app: Flask, session: Session, client: Visitor, program: Program, asked: str
) -> None:
    visit = make_visit(session)
    make_appointment(session, date=FIRST + timedelta(days=2))  # a neighbour: some days are better
    keep(session, Preferences(customer_id=visit.customer.id, part=DayPart.AFTERNOON, told_at=NOW))
    page = client.fetch(f"{invited(app, session, visit)}?{asked}")
    answer = program.get(f"/visits/{visit.id}/windows?{asked}")
    assert len(offered(answer)) >= 4
    assert offered(answer) == shown_on(page)
    said = {one["advantage_sentence"] for one in answer["windows"]} - {""}
    assert all(words in page.text for words in said)
    hidden = re.search(r"(\d+) andere tijden zijn verborgen", page.text)
    assert answer["hidden"] == (int(hidden[1]) if hidden else 0)
    assert answer["has_more"] == ("Meer dagen en tijden" in page.text)


def test_the_times_of_a_letter_stand_first_as_on_the_page(
    app: Flask, session: Session, client: Visitor, program: Program
) -> None:
    make_paper_agenda(session)
    visit_id = by_letter(session).id
    written(session)
    link = path_of(
        the_letter(session, session.get_one(Visit, visit_id)).invitation, app.config["SECRET_KEY"]
    )
    answer = program.get(f"/visits/{visit_id}/windows")
    assert offered(answer) == shown_on(client.fetch(link))
    assert [one["advantage"] for one in answer["windows"]].count("kept_for_you") == 3


@pytest.mark.usefixtures("agenda")
def test_the_day_of_a_held_window_comes_first_and_says_until_when(
    app: Flask, session: Session, client: Visitor, program: Program
) -> None:
    visit = make_visit(session)
    wanted = opening_at(session, FIRST + timedelta(days=3), time(14))
    with transaction() as write:
        hold(write, visit, wanted.id, circumstances())
    answer = program.get(f"/visits/{visit.id}/windows")
    assert offered(answer) == shown_on(client.fetch(invited(app, session, visit)))
    kept = {one["id"]: one for one in answer["windows"] if one["advantage"] == "kept_for_you"}
    assert list(kept) == [wanted.id]
    assert kept[wanted.id]["kept_until"] == "2027-03-01T11:10:00Z"
    assert answer["windows"][0]["date"] == wanted.date.isoformat()


@pytest.mark.usefixtures("agenda")
def test_with_an_appointment_the_windows_are_those_to_move_to(
    session: Session, program: Program
) -> None:
    appointment = make_appointment(session)
    own = opening_at(session, FIRST, time(8))
    answer = program.get(f"/visits/{appointment.visit_id}/windows?all=1&why_not_from=2027-03-08")
    assert offered(answer)
    assert own.id not in offered(answer)
    assert answer["not_offered"][0]["reason"] == Reason.YOURS_ALREADY.value


@pytest.mark.usefixtures("agenda")
def test_with_an_appointment_that_stands_there_is_nothing_to_move_to(
    session: Session, program: Program, clock: SettableClock
) -> None:
    path = f"/visits/{make_appointment(session).visit_id}/windows"
    clock.set(datetime(2027, 3, 7, 16, 59, tzinfo=AMSTERDAM))
    assert offered(program.get(path))
    clock.set(datetime(2027, 3, 7, 17, tzinfo=AMSTERDAM))
    answer = program.get(path)
    assert (answer["windows"], answer["has_more"], answer["hidden"]) == ([], False, 0)


@pytest.mark.usefixtures("agenda")
def test_what_is_not_offered_has_the_reason_that_the_page_gives(
    app: Flask, session: Session, program: Program
) -> None:
    visit = make_visit(session, customer=make_customer(session, tone=Tone.INFORMAL))
    opening_at(session, FIRST, time(8)).closed = True
    opening_at(session, FIRST, time(10)).places = 0
    asked = "why_not_from=2027-03-01&why_not_until=2027-03-14"
    told = program.get(f"/visits/{visit.id}/windows?{asked}")["not_offered"]
    with spoken_to("nl", Tone.INFORMAL):
        wanted = [
            (str(one.window.date), one.why_not.reason.value, one.why_not.sentence)
            for day in (date(2027, 3, 1) + timedelta(days=n) for n in range(14))
            for one in answer_for(session, visit, day, NOW).windows
            if one.why_not is not None
        ]
    assert [(one["date"], one["reason"], one["sentence"]) for one in told] == wanted
    reasons = {one["reason"] for one in told}
    assert {"past", "too_soon", "closed_by_planner", "full", "no_workday"} <= reasons


@pytest.mark.usefixtures("agenda")
def test_nothing_is_said_about_the_rest_unless_asked(session: Session, program: Program) -> None:
    assert program.get(f"/visits/{make_visit(session).id}/windows")["not_offered"] is None


@pytest.mark.usefixtures("agenda")
@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("part=evening", "part"),
        ("weekday=8", "weekday.0"),
        ("from=11-3-2027", "from"),
        ("from=1800000000", "from"),
        ("from=0001-01-01", "from"),
        ("why_not_from=2027-02-30", "why_not_from"),
        ("why_not_until=2027-03-01", ""),
        ("why_not_from=2027-03-02&why_not_until=2027-03-01", ""),
        ("why_not_from=2027-03-01&why_not_until=2027-04-01", ""),
        ("part=morning&colour=red", "colour"),
        ("part=morning&part=afternoon", "part"),
    ],
)
def test_a_filter_that_is_not_understood_is_refused(
    session: Session, program: Program, asked: str, where: str
) -> None:
    problem = program.get(f"/visits/{make_visit(session).id}/windows?{asked}", 422)
    assert problem["code"] == "not_understood"
    assert [one["where"] for one in problem["faults"]] == [where]


@pytest.mark.usefixtures("agenda")
def test_a_visit_that_cannot_be_planned_has_no_windows(session: Session, program: Program) -> None:
    visit = make_visit(session)
    visit.address.region_id = None
    session.commit()
    assert program.get(f"/visits/{visit.id}")["can_be_planned"] is False
    answer = program.get(f"/visits/{visit.id}/windows?why_not_from=2027-03-08")
    assert answer["windows"] == []
    assert {one["reason"] for one in answer["not_offered"]} == {"not_on_the_map"}
