"""The signed link to the two questions about one visit."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.booking.errors import LinkBroken
from portal.booking.links import number_in, signed_number
from portal.feedback.models import Opinion

SALT = "tijdvenster.questions"


def question_path(opinion: Opinion, signing_key: str) -> str:
    """Return the path of the page with the questions."""
    return f"/vragen/{signed_number(opinion.id, SALT, signing_key)}"


def opinion_from(session: Session, token: str, signing_key: str) -> Opinion:
    """Return the opinion that a token asks for; raises LinkBroken."""
    found = session.get(Opinion, number_in(token, SALT, signing_key))
    if found is None:
        raise LinkBroken
    return found
