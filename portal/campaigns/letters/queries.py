"""Who is to be written to, and letters and batches as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager, joinedload

from portal.booking.models import Appointment, AppointmentStatus, Invitation, InvitationState
from portal.booking.offering.printed import PrintedTimes
from portal.campaigns.letters.errors import BatchUnknown
from portal.campaigns.letters.policy import most_held
from portal.campaigns.models import Letter, LetterBatch
from portal.campaigns.queries import number_due, visits_due
from portal.customers.models import (
    Address,
    Boiler,
    Channel,
    Customer,
    CustomerKind,
    Visit,
    VisitState,
)
from portal.messages.outbox import can_be_mailed
from portal.planning.models import HoldKind, Opening, Stop
from portal.planning.windows import Window

# An institution has one contact and its boilers at other people's addresses: the desk calls.
WRITTEN_TO = sa.and_(
    Customer.kind != CustomerKind.INSTITUTION,
    sa.or_(
        Customer.channel == Channel.LETTER,
        sa.and_(
            Customer.channel == Channel.MAIL,
            sa.or_(
                Customer.email.is_(None),
                Customer.email.not_like("%_@_%"),
                Customer.email.like("%,%"),
                Customer.email.like("% %"),
            ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Printed:
    """One of a letter's windows: its number on the card, and whether it is still held."""

    number: int
    window: Window
    is_held: bool


def visits_to_write_to(
    session: Session, region_id: int, last_on: date, limit: int
) -> Sequence[Visit]:
    """Return the due visits of those who are to get a letter, longest due first."""
    return visits_due(session, region_id, last_on, WRITTEN_TO, limit)


def number_to_write_to(session: Session, region_id: int, last_on: date) -> int:
    """Return how many visits of a region are due of people who are to get a letter."""
    return number_due(session, region_id, last_on, WRITTEN_TO)


def is_written_to(customer: Customer) -> bool:
    """Return whether somebody wishes a letter, or wishes mail and has no address for it."""
    if customer.kind is CustomerKind.INSTITUTION:
        return False
    without_mail = customer.channel is Channel.MAIL and not can_be_mailed(customer.email)
    return customer.channel is Channel.LETTER or without_mail


def places_left(session: Session, region_id: int, dates: Collection[date]) -> Counter[date]:
    """Return how many more places of a region letters may hold on these dates, by date."""
    of_region = (Opening.region_id == region_id, Opening.date.in_(dates))
    places = session.execute(
        sa.select(Opening.date, sa.func.sum(Opening.places))
        .where(*of_region, Opening.closed.is_(False))
        .group_by(Opening.date)
    )
    held = dict(
        session.execute(
            sa.select(Opening.date, sa.func.count(Stop.id))
            .join(Stop, Stop.opening_id == Opening.id)
            .where(*of_region, Stop.hold_kind == HoldKind.LETTER)
            .group_by(Opening.date)
        ).all()
    )
    return Counter({day: most_held(number) - held.get(day, 0) for day, number in places})


def batch_of(session: Session, batch_id: int) -> LetterBatch:
    """Return the batch with this number; raises BatchUnknown."""
    found = session.get(LetterBatch, batch_id)
    if found is None:
        raise BatchUnknown
    return found


def letters_to_print(session: Session, batch_id: int) -> Sequence[Letter]:
    """Return the letters of a batch that are still to be sent, by postcode as the post sorts them.

    Whoever booked meanwhile, or is not to be visited any more, gets none.
    """
    booked = sa.exists().where(
        Appointment.visit_id == Visit.id, Appointment.status == AppointmentStatus.CONFIRMED
    )
    return session.scalars(
        sa.select(Letter)
        .join(Letter.invitation)
        .join(Invitation.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(
            Letter.batch_id == batch_id,
            Invitation.state == InvitationState.OPEN,
            Visit.state == VisitState.OPEN,
            ~booked,
        )
        .options(
            contains_eager(Letter.invitation)
            .contains_eager(Invitation.visit)
            .contains_eager(Visit.boiler)
            .contains_eager(Boiler.address)
            .contains_eager(Address.customer)
        )
        .order_by(Address.postcode, Address.house_number, Letter.id)
    ).all()


def letter_by_code(session: Session, code: str) -> Letter | None:
    """Return the newest letter with this code, whatever became of its invitation, or None."""
    return session.scalar(
        sa.select(Letter)
        .join(Letter.invitation)
        .where(Invitation.code == code)
        .options(
            contains_eager(Letter.invitation)
            .joinedload(Invitation.visit)
            .joinedload(Visit.boiler)
            .joinedload(Boiler.address)
            .joinedload(Address.customer)
        )
        .order_by(Letter.id.desc())
        .limit(1)
    )


def letter_of_visit(session: Session, visit_id: int) -> Letter | None:
    """Return the letter of a visit's open invitation, or None."""
    return session.scalar(
        sa.select(Letter)
        .join(Letter.invitation)
        .where(Invitation.visit_id == visit_id, Invitation.state == InvitationState.OPEN)
        .order_by(Letter.id.desc())
        .limit(1)
    )


def printed_times(session: Session, visit_id: int) -> PrintedTimes | None:
    """Return what the letter of a visit promises; None without one, or when its reader declined."""
    letter = letter_of_visit(session, visit_id)
    if letter is None or letter.answered_at is not None:
        return None
    return PrintedTimes(windows_of(letter), letter.deadline_on)


def windows_of(letter: Letter) -> tuple[Window, ...]:
    """Return the windows that are printed, in the order of their numbers."""
    return tuple(
        Window(date.fromisoformat(day), time.fromisoformat(start), time.fromisoformat(end))
        for day, start, end in letter.windows
    )


def printed_windows(session: Session, letter: Letter) -> tuple[Printed, ...]:
    """Return the windows of a letter, and which of them are held for it now."""
    held = {window for window, _ in letter_holds(session, letter.invitation.visit_id)}
    return tuple(
        Printed(number, window, window in held)
        for number, window in enumerate(windows_of(letter), start=1)
    )


def letter_holds(session: Session, visit_id: int) -> list[tuple[Window, Stop]]:
    """Return what is held for a visit because of its letter, in order of time."""
    stops = session.scalars(
        sa.select(Stop)
        .where(Stop.visit_id == visit_id, Stop.hold_kind == HoldKind.LETTER)
        .options(joinedload(Stop.day_plan))
    )
    found = [(Window(stop.day_plan.date, stop.window_start, stop.window_end), stop)
             for stop in stops]  # fmt: skip
    return sorted(found, key=lambda one: one[0])
