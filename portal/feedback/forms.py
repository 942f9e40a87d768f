"""What customers and the desk send, read into values."""

from __future__ import annotations

from collections.abc import Mapping

from portal.feedback.models import Went
from portal.texts import text

WORDS_LENGTH = 1000
NOTE_LENGTH = 500


def answer_from(form: Mapping[str, str]) -> tuple[Went | None, dict[str, str]]:
    """Return how the visit went, or what is missing."""
    try:
        return Went(form.get("went", "")), {}
    except ValueError:
        return None, {"went": text("Choose one of the three, please.")}


def words_from(form: Mapping[str, str], name: str, length: int) -> str:
    """Return what was written, cut to what is kept; lines stay lines."""
    lines = (" ".join(line.split()) for line in form.get(name, "").splitlines())
    return "\n".join(line for line in lines if line)[:length]


def went_in_words(went: Went) -> str:
    """Return an answer in the reader's language."""
    match went:
        case Went.AS_EXPECTED:
            return text("Yes, as I expected")
        case Went.PARTLY:
            return text("Partly")
        case Went.NOT:
            return text("No")
