"""What happens to accounts, and the one way to write in the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask_security import hash_password
from sqlalchemy.orm import Session

from portal.access.errors import EmailInUse, EmailInvalid, PasswordTooShort, TechnicianMissing
from portal.access.guards import Role
from portal.access.models import AuditEntry, StaffMember

PASSWORD_MINIMUM = (
    12  # characters; NIST SP 800-63B asks for at least 8 and for no composition rules
)


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    detail: Mapping[str, object] | None = None,
) -> AuditEntry:
    """Return a new entry of the audit trail; `detail` fits in JSON: ids and values, no stories."""
    entry = AuditEntry(
        at=now, actor=actor, action=action, subject=subject, detail=dict(detail or {})
    )
    session.add(entry)
    session.flush()
    return entry


def add_staff(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    password: str,
    technician_id: int | None = None,
    locale: str = "nl",
) -> StaffMember:
    """Return a new account.

    Raises TechnicianMissing, EmailInvalid, EmailInUse or PasswordTooShort.
    """
    if role is Role.TECHNICIAN and technician_id is None:
        raise TechnicianMissing
    address = _address(email)
    if len(password) < PASSWORD_MINIMUM:
        raise PasswordTooShort(PASSWORD_MINIMUM)
    if session.scalar(sa.select(StaffMember.id).filter_by(email=address)) is not None:
        raise EmailInUse
    member = StaffMember(
        email=address,
        name=name,
        role=role,
        password=hash_password(password),
        technician_id=technician_id,
        locale=locale,
    )
    session.add(member)
    session.flush()
    return member


def disable_staff(session: Session, member: StaffMember) -> None:
    """Take the account out of use; whoever is signed in with it is out at the next click."""
    member.active = False
    member.fs_uniquifier = uuid.uuid4().hex
    session.flush()


def _address(email: str) -> str:
    try:
        found = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise EmailInvalid from error
    return found.normalized.lower()
