"""Personal links. They are signed, not stored: nothing in the database opens anybody's page."""

from __future__ import annotations

from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from portal.booking.errors import LinkBroken, LinkExpired
from portal.booking.models import Invitation, InvitationState
from portal.booking.policy import link_is_expired

SALT = "tijdvenster.invitation"


def token_of(invitation: Invitation, signing_key: str) -> str:
    """Return the token of an invitation's link."""
    return str(_serializer(signing_key).dumps([invitation.id, invitation.link_version]))


def invitation_from(session: Session, token: str, signing_key: str, now: datetime) -> Invitation:
    """Return the invitation that a token opens; raises LinkBroken or LinkExpired."""
    invitation_id, version = _unsigned(token, signing_key)
    invitation = session.get(Invitation, invitation_id)
    if invitation is None:
        raise LinkBroken
    withdrawn = invitation.state is InvitationState.WITHDRAWN
    if withdrawn or invitation.link_version != version:
        raise LinkExpired
    if link_is_expired(invitation.deadline_on, now):
        raise LinkExpired
    return invitation


def _unsigned(token: str, signing_key: str) -> tuple[int, int]:
    try:
        invitation_id, version = _serializer(signing_key).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise LinkBroken from None
    return int(invitation_id), int(version)


def _serializer(signing_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(signing_key, salt=SALT)
