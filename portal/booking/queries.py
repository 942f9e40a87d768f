"""Invitations and appointments, found by what people hold in their hands."""

from __future__ import annotations

import hmac
import re

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.booking.models import Appointment, Invitation, InvitationState
from portal.customers.models import Address, Boiler, Visit


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


def last_appointment(session: Session, visit_id: int) -> Appointment | None:
    """Return the newest appointment of a visit, live or not, or None."""
    return session.scalar(
        sa.select(Appointment)
        .where(Appointment.visit_id == visit_id)
        .order_by(Appointment.id.desc())
        .limit(1)
    )


def invitation_by_code(session: Session, code: str, postcode: str) -> Invitation | None:
    """Return the open invitation with this code at this postcode, or None."""
    invitation = session.scalar(
        sa.select(Invitation).where(
            Invitation.code == code, Invitation.state == InvitationState.OPEN
        )
    )
    if invitation is None or not _same(invitation.visit.address.postcode, postcode):
        return None
    return invitation


def open_invitation(session: Session, visit_id: int) -> Invitation | None:
    """Return the open invitation of a visit, or None."""
    return session.scalar(
        sa.select(Invitation).where(
            Invitation.visit_id == visit_id, Invitation.state == InvitationState.OPEN
        )
    )


def lives_at(address: Address, postcode: str, house_number: str) -> bool:
    """Return whether postcode and house number are those of the address."""
    number = re.match(r"[0-9]+", house_number)
    known = re.match(r"[0-9]+", address.house_number)
    same_number = bool(number and known and _same(number[0], known[0]))
    return _same(address.postcode, postcode) and same_number


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
