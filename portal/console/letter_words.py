"""What happened to a letter, in words for the customer's file."""

from __future__ import annotations

from portal.texts import text


def letter_in_words(action: str) -> str:
    """Return what was done with a letter, "" for another action."""
    match action:
        case "letter.written":
            return text("Letter written, three times held")
        case "letter.answered":
            return text("Answer card came back")
    return ""
