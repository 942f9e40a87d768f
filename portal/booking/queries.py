"""Invitations and appointments, found by what people hold in their hands."""

from __future__ import annotations

import hmac
import random
import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.booking.models import Appointment, AppointmentStatus, Invitation, InvitationState
from portal.booking.references import drawn
from portal.customers.models import Address, Boiler, Visit, VisitReason, VisitState
from portal.planning.models import HoldKind, Stop
from portal.planning.windows import Window


def appointment_by_reference(session: Session, reference: str) -> Appointment | None:
    """Return the appointment with this reference and everything shown with it, or None."""
    return session.scalar(
        sa.select(Appointment)
        .where(Appointment.reference == reference)
        .options(
            joinedload(Appointment.visit)
            .joinedload(Visit.boiler)
            .joinedload(Boiler.address)
            .joinedload(Address.customer)
        )
    )


def invitation_with_customer(session: Session, invitation_id: int) -> Invitation | None:
    """Return an invitation and everything shown with it, or None."""
    return session.scalar(
        sa.select(Invitation)
        .where(Invitation.id == invitation_id)
        .options(
            joinedload(Invitation.visit)
            .joinedload(Visit.boiler)
            .joinedload(Boiler.address)
            .options(joinedload(Address.customer), joinedload(Address.region))
        )
    )


def last_appointment(session: Session, visit_id: int) -> Appointment | None:
    """Return the newest appointment of a visit, live or not, or None."""
    return session.scalar(
        sa.select(Appointment)
        .where(Appointment.visit_id == visit_id)
        .order_by(Appointment.id.desc())
        .limit(1)
    )


def live_appointment(session: Session, visit: Visit) -> Appointment | None:
    """Return the confirmed appointment of a visit, or None."""
    return session.scalar(
        sa.select(Appointment).where(
            Appointment.visit_id == visit.id, Appointment.status == AppointmentStatus.CONFIRMED
        )
    )


def window_of(appointment: Appointment) -> Window:
    """Return the window that an appointment promises."""
    return Window(appointment.date, appointment.window_start, appointment.window_end)


def window_of_stop(stop: Stop) -> Window:
    """Return the window that a stop promises."""
    return Window(stop.day_plan.date, stop.window_start, stop.window_end)


def booked_stop(session: Session, visit: Visit) -> Stop:
    """Return the stop that is the witness of a visit's appointment."""
    return session.scalars(
        sa.select(Stop).where(Stop.visit_id == visit.id, Stop.held_until.is_(None))
    ).one()


def holds_of(session: Session, visit: Visit) -> Sequence[Stop]:
    """Return the windows that are held for a visit, with their days, in no order."""
    return session.scalars(
        sa.select(Stop)
        .where(Stop.visit_id == visit.id, Stop.held_until.is_not(None))
        .options(joinedload(Stop.day_plan))
    ).all()


def choice_hold(session: Session, visit: Visit) -> Stop | None:
    """Return the window that is held while somebody decides, or None; its time may be over."""
    held = holds_of(session, visit)
    return next((stop for stop in held if stop.hold_kind is HoldKind.CHOICE), None)


def unused(
    session: Session, column: sa.orm.InstrumentedAttribute[str], digits: int, rng: random.Random
) -> str:
    """Return a drawn number with its check letter that nobody has in this column."""
    while True:
        candidate = drawn(rng, digits)
        if not session.scalar(sa.select(sa.exists().where(column == candidate))):
            return candidate


def invitation_by_code(session: Session, code: str, postcode: str) -> Invitation | None:
    """Return the open invitation with this code at this postcode, or None.

    A code that exists takes no longer to refuse than one that does not.
    """
    found = session.execute(
        sa.select(Invitation.id, Address.postcode)
        .join(Invitation.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .where(Invitation.code == code, Invitation.state == InvitationState.OPEN)
    ).first()
    invitation_id, known = found or (0, "")
    return session.get(Invitation, invitation_id) if _same(known, postcode) else None


def customer_at(session: Session, reference: str, postcode: str, house_number: str) -> int | None:
    """Return the id of the customer who has this appointment at this address, or None.

    An appointment that exists takes no longer to refuse than one that does not.
    """
    found = session.execute(
        sa.select(Address.customer_id, Address.postcode, Address.house_number)
        .join(Boiler, Boiler.address_id == Address.id)
        .join(Visit, Visit.boiler_id == Boiler.id)
        .join(Appointment, Appointment.visit_id == Visit.id)
        .where(Appointment.reference == reference)
    ).first()
    customer_id, *known = found or (None, "", "0")
    return customer_id if _is_same_place(known, (postcode, house_number)) else None


def open_invitation(session: Session, visit_id: int) -> Invitation | None:
    """Return the open invitation of a visit, or None."""
    return session.scalar(
        sa.select(Invitation).where(
            Invitation.visit_id == visit_id, Invitation.state == InvitationState.OPEN
        )
    )


def invitation_after(session: Session, visit: Visit) -> Invitation | None:
    """Return the open invitation for the visit that follows unfinished work, or None.

    Of several the last, for that one may be broken off too.
    """
    return session.scalar(
        sa.select(Invitation)
        .join(Invitation.visit)
        .where(
            Visit.boiler_id == visit.boiler_id,
            Visit.id > visit.id,
            Visit.state == VisitState.OPEN,
            Visit.reason == VisitReason.UNFINISHED,
            Invitation.state == InvitationState.OPEN,
        )
        .order_by(Visit.id.desc())
        .limit(1)
    )


def lives_at(address: Address, postcode: str, house_number: str) -> bool:
    """Return whether postcode and house number are those of the address."""
    return _is_same_place((address.postcode, address.house_number), (postcode, house_number))


def _is_same_place(known: Sequence[str], given: Sequence[str]) -> bool:
    """Compare (postcode, house number), of the number the digits only.

    People write an addition in many ways (12A, 12-a, 12 hs): see docs/decisions/0015.
    """
    number = _digits(given[1])
    return _same(known[0], given[0]) and _same(_digits(known[1]), number) and bool(number)


def _digits(house_number: str) -> str:
    found = re.match(r"0*([0-9]+)", house_number)
    return found[1] if found else ""


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
