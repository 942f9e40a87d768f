"""Staff for tests: an account of any role, and the way in through the real sign-in page."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from portal.access.actions import add_staff
from portal.access.guards import Role
from portal.access.models import StaffMember
from tests.document import Document
from tests.factories import make_technician
from tests.visitor import Visitor

PASSWORD = "a long test sentence"


def make_staff(session: Session, role: Role = Role.PLANNER, **values: Any) -> StaffMember:
    """Return a committed account of this role that signs in with PASSWORD."""
    given = {"email": f"{role.value}@warmhuis.example", "name": f"{role.value.title()} Test"}
    if role is Role.TECHNICIAN and "technician_id" not in values:
        values["technician_id"] = make_technician(session).id
    member = add_staff(session, role=role, password=PASSWORD, **{**given, **values})
    session.commit()
    return member


def sign_in(
    visitor: Visitor, member: StaffMember, *, password: str = PASSWORD, status: int = 302
) -> Document:
    """Return the answer to signing in, a redirect unless another status is expected."""
    form = visitor.fetch("/staff/sign-in").form("/staff/sign-in")
    return visitor.submit(form, {"email": member.email, "password": password}, status)
