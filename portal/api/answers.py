"""What is known about visits, as the API tells it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.api.queries import branch_slugs, last_appointments
from portal.api.schemas import (
    AppointmentAnswer,
    OfferedWindowAnswer,
    RefusedWindowAnswer,
    VisitAnswer,
    WindowsAnswer,
    WindowsWanted,
)
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.offering.advantages import advantage, advantage_of
from portal.booking.offering.choice import to_choose
from portal.booking.offering.filters import Filters
from portal.booking.offering.offer import Offer, OfferedWindow
from portal.booking.offering.offers import may_be_planned
from portal.booking.offering.why_not import answers_between
from portal.booking.policy import changeable_until, may_change
from portal.booking.queries import holds_of, live_appointment, window_of
from portal.customers.models import Visit

NOTHING_SPECIAL = WindowsWanted()


def visits_answered(session: Session, visits: Sequence[Visit], now: datetime) -> list[VisitAnswer]:
    """Return each visit with its last appointment; two queries, however many there are."""
    appointments = last_appointments(session, [visit.id for visit in visits])
    slugs = branch_slugs(session, [visit.customer.branch_id for visit in visits])
    return [
        VisitAnswer(
            id=visit.id,
            state=visit.state,
            due_on=visit.due_on,
            branch=slugs[visit.customer.branch_id],
            customer=visit.customer.number,
            boiler=visit.boiler.number,
            can_be_planned=may_be_planned(visit),
            appointment=(
                appointment_answered(appointments[visit.id], now)
                if visit.id in appointments
                else None
            ),
        )
        for visit in visits
    ]


def appointment_answered(appointment: Appointment, now: datetime) -> AppointmentAnswer:
    """Return an appointment as it is now."""
    is_live = appointment.status is AppointmentStatus.CONFIRMED
    return AppointmentAnswer(
        number=appointment.reference,
        status=appointment.status,
        date=appointment.date,
        start=_clock(appointment.window_start),
        end=_clock(appointment.window_end),
        booked_at=appointment.booked_at,
        changed_at=appointment.changed_at,
        can_be_changed=is_live and may_change(appointment.date, now),
        changeable_until=changeable_until(appointment.date).astimezone(UTC),
    )


def windows_answered(
    session: Session, visit: Visit, now: datetime, wanted: WindowsWanted = NOTHING_SPECIAL
) -> WindowsAnswer:
    """Return what the customer's page shows at this moment, and why the rest is not offered."""
    refused, moving = _refused(session, visit, now, wanted), live_appointment(session, visit)
    if moving is not None and not may_change(moving.date, now):  # its page shows no choice, either
        return WindowsAnswer(
            visit=visit.id, windows=[], has_more=False, hidden=0, not_offered=refused
        )
    besides = window_of(moving) if moving else None
    found = to_choose(session, visit, holds_of(session, visit), _asked(wanted), now, besides)
    return WindowsAnswer(
        visit=visit.id,
        windows=[_offered(one, found.offer) for one in found.windows],
        has_more=found.shown.has_more,
        hidden=found.shown.hidden,
        not_offered=refused,
    )


def _asked(wanted: WindowsWanted) -> MultiDict[str, str]:
    """Return the filters as they stand in the address of the customer's page."""
    weekdays = sum(1 << (one - 1) for one in set(wanted.weekday))
    asked = MultiDict(Filters(wanted.part, weekdays, wanted.from_on).query)
    if wanted.all:
        asked["all"] = "1"
    return asked


def _offered(one: OfferedWindow, offer: Offer) -> OfferedWindowAnswer:
    return OfferedWindowAnswer(
        id=one.opening_id,
        date=one.window.date,
        start=_clock(one.window.start),
        end=_clock(one.window.end),
        advantage=advantage_of(one),
        advantage_sentence=advantage(one, offer),
        kept_until=one.held_until,
    )


def _refused(
    session: Session, visit: Visit, now: datetime, wanted: WindowsWanted
) -> list[RefusedWindowAnswer] | None:
    first_on = wanted.why_not_from
    if first_on is None:
        return None
    last_on = wanted.why_not_until or first_on
    answers = answers_between(session, visit, first_on, last_on, now)
    return [
        RefusedWindowAnswer(
            date=one.window.date,
            start=_clock(one.window.start),
            end=_clock(one.window.end),
            reason=one.why_not.reason,
            sentence=one.why_not.sentence,
        )
        for day in _days(first_on, last_on)
        for one in answers.of(day).windows
        if one.why_not is not None
    ]


def _days(first_on: date, last_on: date) -> Iterable[date]:
    return (first_on + timedelta(days=n) for n in range((last_on - first_on).days + 1))


def _clock(local: time) -> str:
    return local.strftime("%H:%M")
