"""Booking, moving and cancelling by a program: once for each key, by the actions of the pages."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import AMSTERDAM
from portal.customers.models import Visit, VisitState
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening
from portal.planning.queries import planned_day
from tests.api.conftest import Program
from tests.booking.agenda import FIRST, opening_at
from tests.conftest import SettableClock
from tests.factories import make_appointment, make_customer, make_invitation, make_visit

pytestmark = [pytest.mark.heart, pytest.mark.usefixtures("agenda")]

A, B, C, D = ("abcd"[n] * 20 for n in range(4))


@pytest.fixture
def visit(session: Session) -> Visit:
    return make_invitation(session).visit


@pytest.fixture
def at_ten(session: Session) -> Opening:
    return opening_at(session, FIRST, time(10))


@pytest.fixture
def at_two(session: Session) -> Opening:
    return opening_at(session, FIRST + timedelta(days=1), time(14))


def stored(session: Session, what: Any) -> list[Any]:
    session.rollback()
    session.expire_all()
    return list(session.scalars(sa.select(what).order_by(what)))


def test_a_booking_is_told_and_kept_like_any_other(
    session: Session, program: Program, visit: Visit, at_ten: Opening
) -> None:
    made = program.book(visit.id, at_ten.id, A)
    assert (made["date"], made["start"], made["end"]) == ("2027-03-08", "10:00", "12:00")
    assert (made["status"], made["can_be_changed"]) == ("confirmed", True)
    assert made["changeable_until"] == "2027-03-07T16:00:00Z"
    assert program.get(f"/visits/{visit.id}")["appointment"] == made
    assert stored(session, Appointment.booked_by) == ["api_key:1"]
    assert stored(session, OutboxMessage.kind) == ["confirmed"]
    assert "appointment.confirmed" in stored(session, AuditEntry.action)
    day = planned_day(session, visit.customer.branch_id, FIRST)
    assert day is not None
    assert (day.stop_count, day.violations, at_ten.taken) == (1, (), 1)


def test_moving_and_cancelling(
    session: Session, program: Program, visit: Visit, at_ten: Opening, at_two: Opening
) -> None:
    made = program.book(visit.id, at_ten.id, A)
    moved = program.move(visit.id, at_two.id, B)
    assert (moved["date"], moved["start"]) == ("2027-03-09", "14:00")
    ended = program.cancel(visit.id, C)
    assert (ended["status"], ended["can_be_changed"]) == ("cancelled", False)
    assert {moved["number"], ended["number"]} == {made["number"]}
    assert (at_ten.taken, at_two.taken) == (0, 0)
    mail = session.scalars(sa.select(OutboxMessage).filter_by(kind="cancelled")).one()
    written = message_from_bytes(mail.raw, policy=default).get_body(("plain",))
    assert written is not None
    assert "/a/" in written.get_content()  # where the customer chooses again


def test_the_same_key_does_one_thing(
    session: Session, program: Program, visit: Visit, at_ten: Opening, at_two: Opening
) -> None:
    assert program.book(visit.id, at_ten.id, A) == program.book(visit.id, at_ten.id, A)
    moved = program.move(visit.id, at_two.id, B)
    assert moved == program.move(visit.id, at_two.id, B)
    ended = program.cancel(visit.id, C)
    assert ended == program.cancel(visit.id, C)
    assert len(stored(session, Appointment.id)) == 1
    assert sorted(stored(session, OutboxMessage.kind)) == ["cancelled", "confirmed", "moved"]


def test_a_late_repeat_undoes_nothing_that_came_after_it(
    session: Session, program: Program, visit: Visit, at_ten: Opening, at_two: Opening
) -> None:
    first = program.book(visit.id, at_ten.id, A)
    program.move(visit.id, at_ten.id, B)  # the window that it has: nothing changes
    program.move(visit.id, at_two.id, C)
    assert program.move(visit.id, at_ten.id, B)["start"] == "14:00"
    program.cancel(visit.id, D)
    second = program.book(visit.id, at_ten.id, "e" * 20)
    assert program.cancel(visit.id, D)["number"] == first["number"]
    assert program.book(visit.id, at_ten.id, A)["status"] == "cancelled"
    assert program.get(f"/visits/{visit.id}")["appointment"] == second


def test_only_the_time_that_was_seen_is_cancelled(
    program: Program, visit: Visit, at_ten: Opening, at_two: Opening
) -> None:
    program.book(visit.id, at_ten.id, A)
    moved = program.move(visit.id, at_two.id, B)
    problem = program.cancel(visit.id, C, 409, seen="2027-03-08T10:00")
    assert (problem["code"], problem["appointment"]) == ("moved_meanwhile", moved)
    assert program.cancel(visit.id, C, 422, seen="at ten")["code"] == "not_understood"
    for query in ("seen=", "seen=2027-03-09T14:00&seen=2027-03-08T10:00"):
        path = f"/visits/{visit.id}/appointment?{query}"
        [fault] = program.ask("DELETE", path, 422, C)["faults"]
        assert fault["where"] == "seen"
    path, body = f"/visits/{visit.id}/appointment", {"seen": "2027-03-08T10:00"}
    assert program.ask("DELETE", path, 422, C, json=body)["faults"][0]["where"] == "body"
    assert program.cancel(visit.id, C, seen="2027-03-09T14:00")["status"] == "cancelled"
    assert program.cancel(visit.id, C, 422)["code"] == "key_reused"


def test_a_key_that_came_with_something_else_is_refused(
    session: Session, program: Program, visit: Visit, at_ten: Opening, at_two: Opening
) -> None:
    program.book(visit.id, at_ten.id, A)
    other = make_visit(session)
    for problem in (
        program.book(visit.id, at_two.id, A, 422),
        program.book(other.id, at_ten.id, A, 422),
        program.move(visit.id, at_ten.id, A, 422),
        program.cancel(visit.id, A, 422),
    ):
        assert problem["code"] == "key_reused"
        assert "Idempotency-Key" in problem["detail"]
    assert len(stored(session, Appointment.id)) == 1


def test_two_programs_may_use_one_key(
    session: Session, program: Program, make_program: Any, visit: Visit, at_ten: Opening
) -> None:
    other = make_visit(session)
    made = program.book(visit.id, at_ten.id, A)
    assert make_program().book(other.id, at_ten.id, A)["number"] != made["number"]


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "with a space inside it"])
def test_without_a_good_key_nothing_is_done(
    session: Session, program: Program, visit: Visit, at_ten: Opening, key: str
) -> None:
    for problem in (
        program.book(visit.id, at_ten.id, key, 400),
        program.move(visit.id, at_ten.id, key, 400),
        program.cancel(visit.id, key, 400),
    ):
        assert problem["code"] == "idempotency_key_missing"
    assert not stored(session, Appointment.id)


def test_a_taken_window_is_refused_with_what_is_free_now(
    session: Session, program: Program, visit: Visit, at_ten: Opening, at_two: Opening
) -> None:
    at_ten.places = 0
    session.commit()
    problem = program.book(visit.id, at_ten.id, A, 409)
    assert (problem["code"], problem["title"]) == ("window_taken", "Window taken")
    assert problem["detail"].startswith("Iemand anders heeft")
    windows = program.get(f"/visits/{visit.id}/windows")["windows"]
    assert problem["alternatives"] == windows
    assert at_ten.id not in {one["id"] for one in windows}
    booked = program.book(visit.id, problem["alternatives"][0]["id"], A)
    assert program.move(visit.id, at_ten.id, B, 409)["alternatives"]
    assert program.get(f"/visits/{visit.id}")["appointment"] == booked


def test_refusals_are_in_the_customers_language(
    session: Session, program: Program, at_ten: Opening
) -> None:
    visit = make_visit(session, customer=make_customer(session, locale="en"))
    at_ten.closed = True
    session.commit()
    assert program.book(visit.id, at_ten.id, A, 409)["detail"].startswith("Somebody else has just")


def test_a_visit_that_is_booked_already_tells_its_appointment(
    session: Session, program: Program, at_ten: Opening
) -> None:
    appointment = make_appointment(session)
    problem = program.book(appointment.visit_id, at_ten.id, A, 409)
    assert problem["code"] == "already_booked"
    assert problem["appointment"]["number"] == appointment.reference


def test_a_visit_that_was_made_is_not_booked(
    session: Session, program: Program, visit: Visit, at_ten: Opening
) -> None:
    visit.state = VisitState.DONE
    session.commit()
    assert program.book(visit.id, at_ten.id, A, 410)["code"] == "nothing_due"


def test_what_is_not_there_is_not_changed(
    session: Session, program: Program, visit: Visit, at_ten: Opening
) -> None:
    assert program.move(visit.id, at_ten.id, A, 409)["code"] == "nothing_to_change"
    assert program.cancel(visit.id, A, 409)["code"] == "nothing_to_change"
    appointment = make_appointment(session, visit=visit, status=AppointmentStatus.CANCELLED)
    assert program.cancel(appointment.visit_id, A, 409)["code"] == "nothing_to_change"


def test_a_program_changes_no_later_than_the_customer_may(
    session: Session, program: Program, clock: SettableClock, at_two: Opening
) -> None:
    appointment = make_appointment(session)
    clock.set(datetime(2027, 3, 7, 17, tzinfo=AMSTERDAM))
    assert program.cancel(appointment.visit_id, A, 409)["code"] == "too_late_to_change"
    assert program.move(appointment.visit_id, at_two.id, B, 409)["code"] == "too_late_to_change"
    told = program.get(f"/visits/{appointment.visit_id}")["appointment"]
    assert (told["status"], told["can_be_changed"]) == ("confirmed", False)


def test_a_window_too_near_is_refused(
    session: Session, program: Program, visit: Visit, clock: SettableClock, at_ten: Opening
) -> None:
    clock.set(datetime(2027, 3, 7, 12, tzinfo=AMSTERDAM))
    assert program.book(visit.id, at_ten.id, A, 409)["code"] == "not_bookable"


def test_a_long_body_is_not_read(program: Program, visit: Visit) -> None:
    body = {f"field{number}": 1 for number in range(1000)}
    path = f"/visits/{visit.id}/appointment"
    assert program.ask("POST", path, 413, A, json=body)["code"] == "too_large"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"window": "5"}', b'{"window": true}', b'{"window": 0}',
             b'{"window": 99999999999}', b'{"window": 5, "override": "because"}']
)  # fmt: skip
def test_a_body_that_is_not_understood_is_refused(
    program: Program, visit: Visit, body: bytes
) -> None:
    path, kind = f"/visits/{visit.id}/appointment", "application/json"
    problem = program.ask("POST", path, 422, A, data=body, content_type=kind)
    assert problem["code"] == "not_understood"
    assert problem["faults"]
    problem = program.ask("PUT", path, 415, A, data={"window": "5"})
    assert problem["code"] == "json_wanted"


def test_a_visit_is_found_by_the_numbers_of_the_import(
    session: Session, program: Program, visit: Visit
) -> None:
    older = make_visit(session, boiler=visit.boiler, due_on=date(2026, 3, 1), state=VisitState.DONE)
    numbers = {"boiler": visit.boiler.number, "customer": visit.customer.number}
    for name, number in numbers.items():
        found = program.get("/visits", query_string={name: number})["visits"]
        assert [one["id"] for one in found] == [visit.id, older.id]
        assert [one["state"] for one in found] == ["open", "done"]
        assert {name: found[0][name] for name in numbers} == numbers
    assert program.get("/visits?customer=nobody") == {"visits": []}


@pytest.mark.parametrize("asked", ["", "boiler=B1&customer=K1", "boiler=", "name=Jansen"])
def test_visits_are_found_by_one_number(program: Program, asked: str) -> None:
    assert program.get(f"/visits?{asked}", 422)["code"] == "not_understood"


def test_a_program_is_told_no_name_and_no_address(
    session: Session, program: Program, at_ten: Opening
) -> None:
    secrets = {"name": "G. Geheim", "email": "geheim@example.org", "phone": "+31612345678"}
    visit = make_visit(session, customer=make_customer(session, **secrets))
    visit.address.street = "Geheimstraat"
    answers = [
        program.get(f"/visits/{visit.id}"),
        program.get(f"/visits/{visit.id}/windows"),
        program.book(visit.id, at_ten.id, A),
    ]
    assert not [one for one in answers if "geheim" in str(one).lower() or "+316" in str(one)]
