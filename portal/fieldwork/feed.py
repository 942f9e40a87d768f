"""A technician's visits for a calendar: when, in which order, in which street; for whom, no more.

A telephone shows its calendar on a locked screen, and others may read along: the house number, the
name and the telephone number stand behind the sign-in, on the page of the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from portal.access.guards import Role
from portal.access.models import StaffMember
from portal.booking.models import Appointment, AppointmentStatus
from portal.calendar.feeds import Feed, FeedEvent, derived_uid
from portal.clock import AMSTERDAM
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.customers.salutation import bare_name
from portal.fieldwork.models import Tap
from portal.fieldwork.steps import Step
from portal.planning.models import DayPlan, Stop
from portal.site import Site
from portal.technicians.models import Technician
from portal.texts import text

DAYS_BACK = timedelta(days=14)
DAYS_AHEAD = timedelta(days=60)
WITH_CUSTOMER = (
    joinedload(Appointment.visit)
    .joinedload(Visit.boiler)
    .joinedload(Boiler.address)
    .joinedload(Address.customer)
)


@dataclass(frozen=True, slots=True)
class ToldVisit:
    """An appointment on a technician's day; `solved_at` is when its day was last solved.

    `failed_at` is when somebody told that nobody was at home, or that the work could not be
    finished.
    """

    appointment: Appointment
    solved_at: datetime | None
    failed_at: datetime | None = None

    @property
    def date(self) -> date:
        """The day of the visit."""
        return self.appointment.date

    @property
    def changed(self) -> datetime:
        """When anything that is told of it last changed."""
        moments = (self.appointment.changed_at, self.solved_at, self.failed_at)
        return max(moment for moment in moments if moment is not None)


def technician_of(session: Session, technician_id: int | None) -> StaffMember | None:
    """Return the account of a technician who still works here and may still sign in, or None."""
    return session.scalar(
        sa.select(StaffMember)
        .join(Technician, Technician.id == StaffMember.technician_id)
        .where(
            Technician.id == technician_id,
            Technician.active,
            StaffMember.active,
            StaffMember.role.in_((Role.TECHNICIAN, Role.ADMINISTRATOR)),
        )
    )


def technician_feed(
    session: Session,
    technician_id: int,
    site: Site,
    today: date,
    page: Callable[[date], str],
) -> Feed:
    """Return the technician's visits of 14 days back to 60 days ahead; `page` is a day's address.

    In the language of `spoken_to`.
    """
    days = groupby(told_visits(session, technician_id, today), lambda told: told.date)
    return Feed(
        name=text("My visits for %(company)s", company=site.company_name),
        organizer_name=site.company_name,
        organizer_email=site.company_email,
        events=tuple(event for on, day in days for event in _events_of_day(list(day), page(on))),
    )


def told_visits(session: Session, technician_id: int, today: date) -> list[ToldVisit]:
    """Return the technician's visits around a date, by date and in the order of the day.

    A visit with nobody at home has no stop any more: it stands where the technician stood, after
    what was begun before it.
    """
    between = Appointment.date.between(today - DAYS_BACK, today + DAYS_AHEAD)
    taps = _taps(session, technician_id, between)
    found = [
        ToldVisit(appointment, solved_at, _failed_at(taps.get(appointment.id, ())))
        for appointment, solved_at in _on_routes(session, technician_id, between)
    ]
    for tap in (one for own in taps.values() for one in own if one.step is Step.NOT_AT_HOME):
        missed = ToldVisit(tap.appointment, None, tap.received_at)
        begun = taps[tap.appointment_id][0].tapped_at
        found.insert(_place_of(missed, begun, found, taps), missed)
    return found


Taps = dict[int, list[Tap]]  # by appointment, in the order of tapping


def _taps(session: Session, technician_id: int, between: sa.ColumnElement[bool]) -> Taps:
    rows = session.scalars(
        sa.select(Tap)
        .join(Tap.appointment)
        .where(Tap.technician_id == technician_id, Tap.undone_at.is_(None), between)
        .options(contains_eager(Tap.appointment).options(WITH_CUSTOMER))
        .order_by(Tap.tapped_at, Tap.id)
    )
    found: defaultdict[int, list[Tap]] = defaultdict(list)
    for tap in rows:
        found[tap.appointment_id].append(tap)
    return dict(found)


def _on_routes(
    session: Session, technician_id: int, between: sa.ColumnElement[bool]
) -> list[tuple[Appointment, datetime | None]]:
    """Return what stands on the routes; unfinished visits do, for their time was used."""
    told = (AppointmentStatus.CONFIRMED, AppointmentStatus.DONE, AppointmentStatus.UNFINISHED)
    its_appointment = sa.and_(
        Appointment.visit_id == Stop.visit_id, Appointment.status.in_(told), between
    )
    rows = session.execute(
        sa.select(Appointment, DayPlan.solved_at)
        .select_from(Stop)
        .join(Stop.day_plan)
        .join(Appointment, its_appointment)
        .where(Stop.technician_id == technician_id, Stop.held_until.is_(None))
        .options(WITH_CUSTOMER)
        .order_by(DayPlan.date, Stop.position, Appointment.id)
    )
    return [(appointment, solved_at) for appointment, solved_at in rows]


def _failed_at(taps: Sequence[Tap]) -> datetime | None:
    return next((tap.received_at for tap in taps if tap.step is Step.UNFINISHED), None)


def _place_of(missed: ToldVisit, begun: datetime, found: Sequence[ToldVisit], taps: Taps) -> int:
    """Return before which visit one stands that began then and is on no route any more."""
    place = next((n for n, one in enumerate(found) if one.date >= missed.date), len(found))
    for number, one in enumerate(found):
        own = taps.get(one.appointment.id)
        if one.date == missed.date and own and own[0].tapped_at <= begun:
            place = number + 1
    return place


def _events_of_day(told: Sequence[ToldVisit], page: str) -> Iterator[FeedEvent]:
    """Yield the visits of a day. They change together: a new one moves the others in the order."""
    changed = max(one.changed for one in told)
    for number, one in enumerate(told, start=1):
        yield _event(one.appointment, number, len(told), changed, page)


def _event(
    appointment: Appointment, number: int, several: int, changed: datetime, page: str
) -> FeedEvent:
    address, day = appointment.visit.address, appointment.date
    minutes = appointment.visit.boiler.service_minutes
    summary = f"{number}/{several} {initial(address.customer)} {address.street}"
    told, happened = _in_words(appointment.status, summary)
    return FeedEvent(
        uid=derived_uid("stop", appointment.uid),
        sequence=appointment.sequence,
        changed=changed,
        start=datetime.combine(day, appointment.window_start, AMSTERDAM),
        end=datetime.combine(day, appointment.window_end, AMSTERDAM),
        summary=told,
        location=f"{address.street}, {address.city}",
        description="\n".join(
            (
                *happened,
                text("Visit %(number)s of %(several)s", number=number, several=several),
                text("about %(minutes)s minutes of work", minutes=minutes),
                text("House number, name and telephone: %(page)s", page=page),
            )
        ),
        url=page,
    )


def _in_words(status: AppointmentStatus, summary: str) -> tuple[str, tuple[str, ...]]:
    """Return what stands on a locked screen, and the lines that say what happened.

    That nobody was at home in some street is told to nobody who looks over a shoulder.
    """
    match status:
        case AppointmentStatus.NOT_AT_HOME:
            return text("No visit: %(what)s", what=summary), (text("Nobody at home"),)
        case AppointmentStatus.UNFINISHED:
            words = text("Work could not be finished")
            return text("Not finished: %(what)s", what=summary), (words,)
    return summary, ()


def initial(customer: Customer) -> str:
    """Return "V." for a customer called De Vries or Voorbeeld's first letter, or ""."""
    name = customer.surname.strip() or bare_name(customer)
    letter = next((sign for sign in name if sign.isalpha()), "")
    return f"{letter.upper()}." if letter else ""
