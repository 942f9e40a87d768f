"""Personal links. They are signed, not stored: nothing in the database opens anybody's page."""

from __future__ import annotations

from datetime import datetime

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from portal.booking.errors import LinkBroken, LinkExpired
from portal.booking.models import Invitation, InvitationState
from portal.booking.policy import link_is_expired
from portal.booking.queries import invitation_with_customer, open_invitation

SALT = "tijdvenster.invitation"


def token_of(invitation: Invitation, signing_key: str) -> str:
    """Return the token of an invitation's link."""
    return str(_serializer(signing_key).dumps([invitation.id, invitation.link_version]))


def path_of(invitation: Invitation, signing_key: str) -> str:
    """Return the path of an invitation's personal page."""
    return f"/a/{token_of(invitation, signing_key)}"


def path_to_choose_again(session: Session, visit_id: int, signing_key: str) -> str:
    """Return where the customer of a visit can choose again, or "" without an invitation."""
    invitation = open_invitation(session, visit_id)
    return path_of(invitation, signing_key) if invitation is not None else ""


def running_key() -> str:
    """Return the key of the running portal. Read it in views, commands and jobs."""
    return str(current_app.config["SECRET_KEY"])


def invitation_from(session: Session, token: str, signing_key: str, now: datetime) -> Invitation:
    """Return the invitation that a token opens; raises LinkBroken or LinkExpired."""
    invitation_id, version = _unsigned(token, signing_key)
    invitation = invitation_with_customer(session, invitation_id)
    if invitation is None:
        raise LinkBroken
    withdrawn = invitation.state is InvitationState.WITHDRAWN
    if withdrawn or invitation.link_version != version:
        raise LinkExpired
    if link_is_expired(invitation.deadline_on, now):
        raise LinkExpired
    return invitation


def signed_number(number: int, purpose: str, signing_key: str) -> str:
    """Return a token for the id of a row; it opens nothing but what has the same purpose."""
    return str(URLSafeSerializer(signing_key, salt=purpose).dumps(number))


def number_in(token: str, purpose: str, signing_key: str) -> int:
    """Return the id that a token was made for; raises LinkBroken."""
    try:
        return int(URLSafeSerializer(signing_key, salt=purpose).loads(token))
    except (BadSignature, ValueError, TypeError):
        raise LinkBroken from None


def _unsigned(token: str, signing_key: str) -> tuple[int, int]:
    try:
        invitation_id, version = _serializer(signing_key).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise LinkBroken from None
    return int(invitation_id), int(version)


def _serializer(signing_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(signing_key, salt=SALT)
