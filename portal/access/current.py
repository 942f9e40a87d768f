"""Who is signed in on this request."""

from __future__ import annotations

from flask_login import current_user

from portal.access.errors import NotSignedIn
from portal.access.models import StaffMember


def current_staff() -> StaffMember:
    """Return the signed-in staff member; raises NotSignedIn outside a guarded view."""
    member = current_user._get_current_object()
    if not isinstance(member, StaffMember):
        raise NotSignedIn
    return member


def current_actor() -> str:
    """Return the signed-in staff member as the audit trail writes it: 'staff:3'."""
    return f"staff:{current_staff().id}"
