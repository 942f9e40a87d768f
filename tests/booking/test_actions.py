"""Confirm, move and cancel: one appointment per visit, a message for each change, nothing lost."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy

import pytest
import sqlalchemy as sa
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal.booking.actions import cancel, confirm, move
from portal.booking.errors import (
    AlreadyBooked,
    KeyReused,
    NotBookable,
    NothingToChange,
    TooLateToChange,
)
from portal.booking.models import Appointment, AppointmentStatus, KeptAnswer
from portal.booking.offering.offers import offer_for
from portal.booking.queries import booked_stop
from portal.clock import AMSTERDAM
from portal.customers.models import Visit
from portal.database import transaction
from portal.messages.models import OutboxMessage
from portal.planning.errors import WindowTaken
from portal.planning.models import Opening, Stop
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, make_agenda, opening_at
from tests.factories import make_opening, make_region, make_visit

pytestmark = pytest.mark.heart

TEN = time(10)


def book(session: Session, visit: Visit, opening: Opening, key: str = "") -> Appointment:
    with transaction() as write:
        made = confirm(write, visit, choice_of(opening, key), circumstances())
        made_id = made.id
    return session.get_one(Appointment, made_id)


def calendars(session: Session) -> list[Calendar]:
    """Return the invites in the outbox, oldest first."""
    found = []
    for raw in session.scalars(sa.select(OutboxMessage.raw).order_by(OutboxMessage.id)):
        mail = message_from_bytes(raw, policy=policy.default)
        for part in mail.walk():
            if part.get_content_type() == "text/calendar":
                found.append(Calendar.from_ical(part.get_content()))
    return found


def test_confirming_makes_appointment_stop_and_invite(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session)
    opening = opening_at(session, FIRST, TEN)
    made = book(session, visit, opening)
    assert (made.date, made.window_start, made.window_end) == (FIRST, TEN, time(12))
    assert made.status is AppointmentStatus.CONFIRMED
    assert booked_stop(session, visit).window_start == TEN
    assert opening.taken == 1
    (invite,) = calendars(session)
    assert invite["METHOD"] == "REQUEST"
    (event,) = invite.walk("VEVENT")
    assert (str(event["UID"]), event["SEQUENCE"]) == (made.uid, 0)
    assert event.decoded("DTSTART") == datetime(2027, 3, 8, 10, tzinfo=AMSTERDAM)


def test_the_same_form_twice_makes_one_appointment(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session)
    opening = opening_at(session, FIRST, TEN)
    first = book(session, visit, opening, key="k" * 22)
    again = book(session, visit, opening, key="k" * 22)
    assert first.id == again.id
    assert opening.taken == 1
    assert len(calendars(session)) == 1


def test_the_same_key_with_another_window_is_refused(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session)
    book(session, visit, opening_at(session, FIRST, TEN), key="k" * 22)
    with pytest.raises(KeyReused):
        book(session, visit, opening_at(session, FIRST, time(12)), key="k" * 22)


def test_a_second_appointment_for_a_visit_is_refused(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session)
    book(session, visit, opening_at(session, FIRST, TEN))
    with pytest.raises(AlreadyBooked):
        book(session, visit, opening_at(session, FIRST, time(12)))
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 1


def test_a_window_of_another_region_is_not_given(session: Session) -> None:
    make_agenda(session)
    elsewhere = make_opening(session, region=make_region(session, "3400"))
    with pytest.raises(WindowTaken):
        book(session, make_visit(session), elsewhere)


@pytest.mark.parametrize("days_before", [0, 1])
def test_a_window_too_near_is_not_given(session: Session, days_before: int) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    late = datetime.combine(FIRST - timedelta(days=days_before), time(7), AMSTERDAM)
    with pytest.raises(NotBookable), transaction() as write:
        confirm(write, visit, choice_of(opening), circumstances(late))


def test_moving_gives_the_old_window_back_and_keeps_uid(session: Session) -> None:
    make_agenda(session)
    visit = make_visit(session)
    old, new = opening_at(session, FIRST, TEN), opening_at(session, date(2027, 3, 10), time(14))
    made = book(session, visit, old)
    with transaction() as write:
        move(write, write.get_one(Appointment, made.id), choice_of(new), circumstances())
    session.expire_all()
    assert (old.taken, new.taken) == (0, 1)
    assert (made.date, made.sequence) == (date(2027, 3, 10), 1)
    assert booked_stop(session, visit).day_plan.date == date(2027, 3, 10)
    first, second = (calendar.walk("VEVENT")[0] for calendar in calendars(session))
    assert first["UID"] == second["UID"]
    assert (first["SEQUENCE"], second["SEQUENCE"]) == (0, 1)


def test_moving_within_the_same_day_works(session: Session) -> None:
    make_agenda(session, technicians=1)
    visit = make_visit(session)
    made = book(session, visit, opening_at(session, FIRST, TEN))
    later = opening_at(session, FIRST, time(14))
    with transaction() as write:
        move(write, write.get_one(Appointment, made.id), choice_of(later), circumstances())
    session.expire_all()
    assert booked_stop(session, visit).window_start == time(14)
    assert later.taken == 1


def test_moving_to_the_window_one_has_changes_and_sends_nothing(session: Session) -> None:
    make_agenda(session)
    opening = opening_at(session, FIRST, TEN)
    made = book(session, make_visit(session), opening)
    with transaction() as write:
        move(write, write.get_one(Appointment, made.id), choice_of(opening), circumstances())
    session.expire_all()
    assert (made.sequence, opening.taken, len(calendars(session))) == (0, 1, 1)


def test_a_refused_move_leaves_the_old_appointment_alone(session: Session) -> None:
    make_agenda(session, places=1)
    first, second = make_visit(session), make_visit(session)
    made = book(session, first, opening_at(session, FIRST, TEN))
    wanted = opening_at(session, FIRST, time(12))
    book(session, second, wanted)
    with pytest.raises(WindowTaken), transaction() as write:
        move(write, write.get_one(Appointment, made.id), choice_of(wanted), circumstances())
    session.expire_all()
    assert (made.window_start, made.sequence) == (TEN, 0)
    assert opening_at(session, FIRST, TEN).taken == 1


def test_cancelling_frees_the_window_and_tells_the_calendar(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    made = book(session, visit, opening)
    for _ in range(2):
        with transaction() as write:
            cancel(write, write.get_one(Appointment, made.id), circumstances())
    session.expire_all()
    assert opening.taken == 0
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 0
    request, cancelled = calendars(session)
    assert (request["METHOD"], cancelled["METHOD"]) == ("REQUEST", "CANCEL")
    event = cancelled.walk("VEVENT")[0]
    assert (event["UID"], event["SEQUENCE"]) == (made.uid, 1)
    assert event["STATUS"] == "CANCELLED"


def test_after_cancelling_the_visit_can_be_booked_again(session: Session) -> None:
    make_agenda(session)
    visit, opening = make_visit(session), opening_at(session, FIRST, TEN)
    made = book(session, visit, opening)
    with transaction() as write:
        cancel(write, write.get_one(Appointment, made.id), circumstances())
    again = book(session, visit, opening)
    assert again.id != made.id
    assert again.uid != made.uid


def test_a_cancelled_appointment_cannot_be_moved(session: Session) -> None:
    make_agenda(session)
    made = book(session, make_visit(session), opening_at(session, FIRST, TEN))
    with transaction() as write:
        cancel(write, write.get_one(Appointment, made.id), circumstances())
    later = opening_at(session, FIRST, time(14))
    with pytest.raises(NothingToChange), transaction() as write:
        move(write, write.get_one(Appointment, made.id), choice_of(later), circumstances())


def test_after_five_the_day_before_it_is_too_late_to_change(session: Session) -> None:
    make_agenda(session)
    made = book(session, make_visit(session), opening_at(session, FIRST, TEN))
    limit = datetime(2027, 3, 7, 17, tzinfo=AMSTERDAM)
    with pytest.raises(TooLateToChange), transaction() as write:
        cancel(write, write.get_one(Appointment, made.id), circumstances(limit))
    with transaction() as write:
        just_before = circumstances(limit - timedelta(minutes=1))
        cancel(write, write.get_one(Appointment, made.id), just_before)


def test_every_window_that_is_offered_can_be_booked(session: Session) -> None:
    make_agenda(session, days=2, technicians=1, places=2)
    for _ in range(20):
        visit = make_visit(session)
        offer = offer_for(session, visit, NOW)
        if offer.is_empty:
            break
        chosen = offer.all[-1].windows[-1]
        made = book(session, visit, session.get_one(Opening, chosen.opening_id))
        assert made.window_start == chosen.window.start
    assert offer.is_empty
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 16


def test_kept_answers_hold_no_personal_data(session: Session) -> None:
    make_agenda(session)
    made = book(session, make_visit(session), opening_at(session, FIRST, TEN))
    (kept,) = session.scalars(sa.select(KeptAnswer))
    assert kept.answer == made.reference
