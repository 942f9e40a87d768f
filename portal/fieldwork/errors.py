"""Why a tap is refused, in words for the technician (and once for the customer)."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import source_text, text


class NotYourRoute(Refusal):
    """The visit stands on somebody else's route."""

    status = 403

    words = source_text("This visit is on another route now. Reload the page of your day.")


class NotToday(Refusal):
    """Only the visits of the day itself can be tapped."""

    words = source_text("This visit is not planned for today. Reload the page of your day.")


class NothingPlanned(Refusal):
    """The customer or the desk cancelled or moved the appointment, or it is over."""

    words = source_text(
        "This visit is not on your route any more. It was cancelled, moved or closed. Reload the"
        " page of your day."
    )


class OutOfOrder(Refusal):
    """The step does not follow from the last one."""

    words = source_text(
        "That does not follow from what you tapped last. Reload the page of your day to see where"
        " this visit stands."
    )


class FinishFirst(Refusal):
    """Work at another address was started and has no end yet."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address

    @property
    def sentence(self) -> str:
        """Return where the technician still is, as far as we know."""
        return text(
            "You are still at %(address)s, as far as we know. Tap there first what became of it.",
            address=self.address,
        )


class BeforeItsWindow(Refusal):
    """Nobody has to be at home before the promised window begins."""

    def __init__(self, clock: str) -> None:
        super().__init__(clock)
        self.clock = clock

    @property
    def sentence(self) -> str:
        """Return from when the customer expects us."""
        return text(
            "The customer expects us from %(time)s on. Please wait until then, or call.",
            time=self.clock,
        )


class TooLateToUndo(Refusal):
    """The tap is too old, or the message that it caused has gone."""

    words = source_text(
        "This can no longer be taken back: the customer has been told. Call the desk, please."
    )


class NobodyIsLate(Refusal):
    """The link to choose another day is for who was told that we come later than promised."""

    words = source_text(
        "You can no longer choose another day here. Call us and we find a solution together."
    )
