"""Why a letter, a batch or a card is refused, in words for people."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import source_text


class PressMissing(Refusal):
    """This machine lacks the libraries that draw a PDF."""

    status = 503

    heading = source_text("Letters cannot be drawn here yet")

    words = source_text(
        "A library for drawing letters is missing on this machine. Ask the administrator to run:"
        " apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0. Nothing was lost."
    )


class PressFailed(Refusal):
    """The process that draws letters died or took too long."""

    status = 503

    heading = source_text("The letters could not be drawn")

    words = source_text("Drawing the letters failed. Nothing was lost. Try again in a moment.")


class NotWanted(Refusal):
    """The customer was invited, booked or dropped out since the selection was made."""

    words = source_text("This customer no longer needs a letter.")


class BatchPosted(Refusal):
    """The letters are in the post already: what they promise stands."""

    words = source_text("These letters were posted. They can no longer be withdrawn.")


class BatchUnknown(Refusal):
    """There is no batch with this number at this branch."""

    status = 404

    heading = source_text("There is no such batch")

    words = source_text("Look at the list of batches for its number.")


class BatchWithdrawn(Refusal):
    """The letters of this batch must not be posted any more: their windows are others' now."""

    words = source_text("These letters were withdrawn. Their times are free for others again.")
