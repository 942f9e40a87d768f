"""The signed link to the two questions about one visit."""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from portal.booking.errors import LinkBroken
from portal.feedback.models import Opinion

SALT = "tijdvenster.questions"


def question_path(opinion: Opinion, signing_key: str) -> str:
    """Return the path of the page with the questions."""
    return f"/vragen/{_serializer(signing_key).dumps(opinion.id)}"


def opinion_from(session: Session, token: str, signing_key: str) -> Opinion:
    """Return the opinion that a token asks for; raises LinkBroken."""
    try:
        opinion_id = int(_serializer(signing_key).loads(token))
    except (BadSignature, ValueError, TypeError):
        raise LinkBroken from None
    found = session.get(Opinion, opinion_id)
    if found is None:
        raise LinkBroken
    return found


def _serializer(signing_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(signing_key, salt=SALT)
