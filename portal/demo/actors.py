"""Colleagues as the audit trail writes them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.access.models import StaffMember


def colleague(session: Session, role: Role) -> str:
    """Return the first colleague with a role."""
    found = sa.select(StaffMember.id).where(StaffMember.role == role).order_by(StaffMember.id)
    return f"staff:{session.scalars(found.limit(1)).one()}"


def technician(session: Session, technician_id: int) -> str:
    """Return a technician; one without an account is the demo."""
    member = sa.select(StaffMember.id).where(StaffMember.technician_id == technician_id)
    found = session.scalar(member)
    return f"staff:{found}" if found else "demo"
