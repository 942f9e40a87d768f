"""A promise that we cannot keep: sorry, once, with something better kept for a day."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar
from sqlalchemy.orm import Session

import portal.booking.actions.apologies
import portal.errors
from portal.access.guards import Role
from portal.access.models import AuditEntry
from portal.booking.actions import confirm, extend
from portal.booking.actions.apologies import Broken, apologise, what_could_replace
from portal.booking.errors import TooLateToChange
from portal.booking.links import path_of
from portal.booking.models import Apology, Appointment, AppointmentStatus, BrokenBecause
from portal.booking.notices.apologies import Amends, apologised
from portal.booking.offering.offer import OfferedWindow, offer_of
from portal.booking.queries import choice_hold, open_invitation, window_of
from portal.booking.replacement import KEPT_FOR, on_other_dates, replacements
from portal.clock import AMSTERDAM
from portal.customers.models import Visit
from portal.database import db, transaction
from portal.messages.models import OutboxMessage
from portal.planning.models import Opening, Stop
from portal.planning.queries import planned_day
from portal.planning.windows import Window
from tests.booking.agenda import FIRST, NOW, choice_of, circumstances, make_agenda, opening_at
from tests.booking.jan import LINK, MAILS, an_appointment
from tests.factories import make_visit
from tests.messages.gates import PERSONAS, SITE, VOICES, assert_fit_to_send, every_voice
from tests.messages.mails import assert_as_reviewed, calendar_of, opened, text_of
from tests.staff import make_staff, sign_in
from tests.visitor import Visitor

KEY = "t" * 48
BROKEN_DAY = FIRST + timedelta(days=2)  # Wednesday 10 March, 10:00 to 12:00


def booked(session: Session, **agenda: Any) -> Appointment:
    make_agenda(session, **agenda)
    visit = make_visit(session)
    choice = choice_of(opening_at(session, BROKEN_DAY, time(10)))
    with transaction() as write:
        confirm(write, write.get_one(Visit, visit.id), choice, circumstances())
    return session.scalars(sa.select(Appointment)).one()


def said_sorry(session: Session, appointment: Appointment, now: datetime = NOW) -> Apology:
    instead = what_could_replace(session, appointment.visit, now)
    broken = Broken(BrokenBecause.STAFF, "Anouk Jansen", instead)
    appointment_id = appointment.id
    with transaction() as write:
        found = write.get_one(Appointment, appointment_id)
        return apologise(write, found, broken, circumstances(now, "staff:1"), KEY)


def mails(session: Session) -> list[OutboxMessage]:
    session.rollback()
    return list(session.scalars(sa.select(OutboxMessage).filter_by(kind="apologised")))


# Which windows make up for it


def offered(day: int, hour: int, extra: int = 0) -> OfferedWindow:
    window = Window(date(2027, 3, day), time(hour), time(hour + 2))
    return OfferedWindow(day * 100 + hour, window, extra, joins_route=False)


def test_what_is_most_like_the_broken_one_comes_first() -> None:
    broken = Window(date(2027, 3, 10), time(10), time(12))
    windows = [
        offered(10, 10),  # the broken one itself
        offered(10, 14),  # the same day, on which things go wrong
        offered(19, 10),
        offered(12, 14),
        offered(12, 8, extra=900),
        offered(12, 10, extra=60),
        offered(11, 14),
    ]
    found = [
        (one.window.date.day, one.window.start.hour)
        for one in replacements(offer_of(windows), broken)
    ]
    assert found == [(12, 10), (12, 8), (11, 14), (12, 14), (19, 10)]


def test_others_are_on_dates_of_their_own_in_order_of_time() -> None:
    windows = [offered(12, 10), offered(12, 8), offered(11, 14), offered(15, 8), offered(9, 8)]
    days = [one.date.day for one in on_other_dates(windows, date(2027, 3, 12))]
    assert days == [9, 11, 15]


# What happens


@pytest.mark.heart
def test_the_appointment_ends_and_the_best_other_window_is_kept_for_a_day(
    session: Session,
) -> None:
    appointment = booked(session)
    best = what_could_replace(session, appointment.visit, NOW)[0]
    said_sorry(session, appointment)
    session.refresh(appointment)
    assert (appointment.status, appointment.sequence) == (AppointmentStatus.CANCELLED, 1)
    [stop] = session.scalars(sa.select(Stop)).all()
    assert (stop.opening_id, stop.held_until) == (best.opening_id, NOW + KEPT_FOR)
    assert [one.id for one in session.scalars(sa.select(Opening).filter_by(taken=1))] == [
        best.opening_id
    ]
    planned = planned_day(session, 1, best.window.date)
    assert planned is not None
    assert planned.violations == ()


@pytest.mark.heart
def test_yes_to_what_is_kept_books_it(session: Session) -> None:
    appointment = booked(session)
    said_sorry(session, appointment)
    hold = choice_hold(session, appointment.visit)
    assert hold is not None
    assert hold.opening_id is not None
    choice = choice_of(session.get_one(Opening, hold.opening_id))
    later = NOW + timedelta(hours=23)
    with transaction() as write:
        confirm(write, write.get_one(Visit, appointment.visit_id), choice, circumstances(later))
    live = session.scalars(sa.select(Appointment).filter_by(status=AppointmentStatus.CONFIRMED))
    assert window_of(live.one()).date != BROKEN_DAY


def test_it_is_written_in_the_ledger_and_the_trail(session: Session) -> None:
    appointment = booked(session)
    said_sorry(session, appointment)
    [apology] = session.scalars(sa.select(Apology)).all()
    assert (apology.appointment_id, apology.reason, apology.owner) == (
        appointment.id,
        BrokenBecause.STAFF,
        "staff:1",
    )
    trail = [one.action for one in session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id))]
    assert trail == ["appointment.confirmed", "appointment.cancelled", "appointment.broken"]


def test_who_had_no_page_gets_one_to_answer_on(session: Session) -> None:
    appointment = booked(session)
    said_sorry(session, appointment)
    invitation = open_invitation(session, appointment.visit_id)
    assert invitation is not None
    [mail] = mails(session)
    assert path_of(invitation, KEY) in text_of(opened(mail))


def test_when_others_are_quicker_the_next_best_is_kept(session: Session) -> None:
    appointment = booked(session, places=1)
    instead = what_could_replace(session, appointment.visit, NOW)
    first = session.get_one(Opening, instead[0].opening_id)
    first.taken = first.places
    session.commit()
    broken = Broken(BrokenBecause.REGION, "Anouk", instead)
    with transaction() as write:
        apologise(write, write.get_one(Appointment, appointment.id), broken, circumstances(), KEY)
    [stop] = session.scalars(sa.select(Stop)).all()
    assert stop.opening_id == instead[1].opening_id


def test_without_any_other_window_it_still_ends_and_says_sorry(session: Session) -> None:
    appointment = booked(session)
    session.execute(sa.update(Opening).values(closed=True))
    session.commit()
    said_sorry(session, appointment)
    assert session.scalars(sa.select(Stop)).all() == []
    [mail] = mails(session)
    assert "vastgehouden" not in text_of(opened(mail))


def test_it_can_be_said_until_the_day_is_over(session: Session) -> None:
    appointment = booked(session)
    with pytest.raises(TooLateToChange):
        said_sorry(session, appointment, datetime(2027, 3, 11, 0, 1, tzinfo=AMSTERDAM))
    said_sorry(session, appointment, datetime(2027, 3, 10, 11, tzinfo=AMSTERDAM))
    assert len(mails(session)) == 1


def test_asking_for_more_time_does_not_shorten_the_day(session: Session) -> None:
    appointment = booked(session)
    said_sorry(session, appointment)
    with transaction() as write:
        extend(write, write.get_one(Visit, appointment.visit_id), NOW)
    hold = choice_hold(session, appointment.visit)
    assert hold is not None
    assert hold.held_until == NOW + KEPT_FOR


def two_colleagues(app: Flask, appointment_id: int) -> list[str]:
    """Return what came of it when two colleagues press the button at the same moment."""
    start = threading.Barrier(2)

    def press(number: int) -> str:
        with app.app_context():
            try:
                session = db.session()
                visit = session.get_one(Appointment, appointment_id).visit
                instead = what_could_replace(session, visit, NOW)
                broken = Broken(BrokenBecause.STAFF, f"Colleague {number}", instead)
                start.wait(timeout=60)
                now = NOW + timedelta(seconds=number)
                with transaction() as write:
                    found = write.get_one(Appointment, appointment_id)
                    apologise(write, found, broken, circumstances(now), KEY)
                return "said"
            except sa.exc.IntegrityError:
                return "refused by the database"
            except portal.errors.Refusal as refusal:
                return type(refusal).__name__
            finally:
                db.session.remove()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(press, range(2)))


@pytest.mark.heart
def test_two_colleagues_at_once_say_sorry_once(app: Flask, session: Session) -> None:
    appointment = booked(session)
    assert two_colleagues(app, appointment.id) == ["said", "said"]
    assert len(mails(session)) == 1
    assert len(session.scalars(sa.select(Apology)).all()) == 1
    assert len(session.scalars(sa.select(Stop)).all()) == 1


@pytest.mark.heart
def test_control_who_does_not_look_under_the_lock_stumbles(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    appointment = booked(session)
    actions = portal.booking.actions.apologies
    monkeypatch.setattr(actions, "apology_for", lambda *_arguments: None)
    assert two_colleagues(app, appointment.id) == ["NothingToChange", "said"]


# What it says

KEPT = Window(date(2027, 3, 11), time(10), time(12))
OTHERS = (
    Window(date(2027, 3, 12), time(8), time(10)),
    Window(date(2027, 3, 15), time(14), time(16)),
)


def written(session: Session, because: BrokenBecause, kept: bool, **values: Any) -> Any:
    appointment = an_appointment(session, **values)
    appointment.sequence = 1
    until = NOW + KEPT_FOR
    amends = Amends(because, "Anouk Jansen", LINK, KEPT, until, OTHERS)
    if not kept:
        amends = Amends(because, "", LINK)
    return apologised(session, appointment, amends, NOW, site=SITE)


@every_voice
@pytest.mark.parametrize(
    ("name", "because", "kept"),
    [
        ("apologised", BrokenBecause.STAFF, True),
        ("apologised_without_choice", BrokenBecause.REGION, False),
    ],
)
def test_the_apology_is_as_it_was_reviewed(
    session: Session, voice: str, name: str, because: BrokenBecause, kept: bool
) -> None:
    message = written(session, because, kept, **VOICES[voice])
    assert_fit_to_send(message, voice)
    assert_as_reviewed(opened(message), MAILS / f"{name}.{voice}.txt")


@every_voice
@pytest.mark.parametrize("because", BrokenBecause)
def test_every_reason_is_fit_to_be_read(
    session: Session, voice: str, because: BrokenBecause
) -> None:
    message = written(session, because, kept=True, **VOICES[voice])
    assert_fit_to_send(message, voice)
    words = set(text_of(opened(message)).lower().replace(".", "").split())
    assert not words & {"ziek", "ziekte", "schuld", "ill", "illness", "fault", "blame"}


@every_voice
@pytest.mark.parametrize("persona", PERSONAS)
def test_the_apology_is_fit_for_everybody(session: Session, voice: str, persona: str) -> None:
    values = {**PERSONAS[persona], **VOICES[voice]}
    assert_fit_to_send(written(session, BrokenBecause.OVERRUN, kept=True, **values), voice)


def test_it_takes_the_entry_out_of_the_calendar(session: Session) -> None:
    message = written(session, BrokenBecause.STAFF, kept=True)
    assert message.subject.startswith("Sorry: wij kunnen niet komen op di 9 maart")
    ics = calendar_of(opened(message))
    assert ics
    calendar = Calendar.from_ical(ics)
    assert calendar["method"] == "CANCEL"
    (event,) = calendar.walk("VEVENT")
    assert (event["status"], event["sequence"]) == ("CANCELLED", 1)


# The desk


@pytest.mark.parametrize("role", [Role.DESK, Role.PLANNER])
def test_desk_and_planner_say_sorry_from_the_customers_file(
    session: Session, client: Visitor, role: Role
) -> None:
    appointment = booked(session)
    customer = appointment.visit.customer
    sign_in(client, make_staff(session, role))
    page = client.fetch(f"/staff/customers/{customer.id}")
    path = f"/staff/visits/{appointment.visit_id}/apologise"
    assert page.link("Wij kunnen de afspraak niet nakomen") == path
    form = client.fetch(path)
    assert "Het beste in plaats daarvan" in form.text
    again = client.submit(form.form(path), {}, 422)
    client.submit(again.form(path), {"because": "staff"})
    session.expire_all()
    [mail] = mails(session)
    assert "Test zorgt dat dit goed komt" in " ".join(text_of(opened(mail)).split())
    desk = client.fetch("/staff/desk")
    assert "Beloften die we niet konden houden" in desk.text
    [_heads, row] = desk.rows()
    assert row[0] == customer.name
    assert row[3] == f"{role.value.title()} Test"


def test_the_customers_page_tells_until_which_day_the_window_is_kept(
    app: Flask, session: Session, client: Visitor
) -> None:
    appointment = booked(session)
    said_sorry(session, appointment)
    invitation = open_invitation(session, appointment.visit_id)
    assert invitation is not None
    page = client.fetch(path_of(invitation, app.config["SECRET_KEY"]))
    assert "nog een tijd voor u vast, tot dinsdag 2 maart, 12:00" in page.text
    assert "Wij houden deze tijd voor u vast tot dinsdag 2 maart, 12:00" in page.text
    held = client.fetch(page.link("Verder met deze tijd"))
    assert "meer tijd nodig" not in held.text


def test_who_has_no_mail_address_is_called(session: Session, client: Visitor) -> None:
    appointment = booked(session)
    appointment.visit.customer.email, appointment.visit.customer.phone = None, "030 1234567"
    session.commit()
    sign_in(client, make_staff(session, Role.DESK))
    path = f"/staff/visits/{appointment.visit_id}/apologise"
    done = client.submit(client.fetch(path).form(path), {"because": "region"})
    assert "Bel nu: 030 123 45 67" in done.text
    assert mails(session) == []
