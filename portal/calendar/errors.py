"""Why an address for calendars is not made."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import source_text


class FeedStopped(Refusal):
    """The address that this form made once was stopped or replaced since; it stays so."""

    words = source_text(
        "This address was stopped before. Go back, reload the page and make a new one."
    )
