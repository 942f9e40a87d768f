"""Why an answer is not taken, in words for people."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import source_text


class NothingOpen(Refusal):
    """The opinion was closed before, or never answered."""

    words = source_text("This was dealt with before. Reload the page to see how it stands.")


class NoteMissing(Refusal):
    """An opinion is closed with a note: what was said and done."""

    status = 422

    words = source_text("Write in a few words what you agreed. Then it can be closed.")
