"""Why a booking, a move or a cancellation is refused, in words for people."""

from __future__ import annotations

from collections.abc import Sequence

from portal.booking.ticking.decision import FEWEST, MOST
from portal.booking.wording import windows_in_brief
from portal.errors import Refusal
from portal.planning.errors import NoDayPlan, NoLongerFits, WindowTaken
from portal.planning.windows import Window
from portal.texts import source_text, text


class AlreadyBooked(Refusal):
    """The visit has an appointment already: this link or button was used before."""

    words = source_text("There is an appointment for this visit already.")


class NothingDue(Refusal):
    """The visit of a link was made, or dropped: there is nothing to choose any more."""

    status = 410

    heading = source_text("There is nothing more you need to do.")

    words = source_text("This maintenance was done, or it is not needed any more.")


class TooLateToChange(Refusal):
    """The appointment is too near to be moved or cancelled online."""

    words = source_text(
        "The appointment is too near to be moved or cancelled here. Call us and we will help you."
    )


class NotBookable(Refusal):
    """The window lies outside the dates on which this visit may be booked now."""

    words = source_text("This time can no longer be chosen. Please choose another one.")


class NothingToChange(Refusal):
    """There is no live appointment any more."""

    words = source_text(
        "This appointment can no longer be changed: it was cancelled, or it is over."
    )


class MovedMeanwhile(Refusal):
    """The appointment has another time than the one that was on the page."""

    words = source_text("The appointment was moved in the meantime. This is its time now.")


class HoldOver(Refusal):
    """The window is no longer held: its time is over, or it was given back."""

    words = source_text("We no longer hold this time for you. It may still be free.")


class KeyReused(Refusal):
    """The same form was sent twice with different choices."""

    status = 422

    words = source_text("This form was used before. Reload the page and choose again.")


class NotWaiting(Refusal):
    """The visit is not on the waiting list any more, or a window is kept for it already."""

    words = source_text("Nobody waits for this any more. Reload the page to see how it stands.")


class OfferOver(Refusal):
    """A window from the waiting list is not kept any more for whom it was offered to."""

    heading = source_text("We no longer keep this time for you")

    words = source_text(
        "We no longer keep this time for you. You stay on the waiting list for another one."
    )


class TooManyTries(Refusal):
    """Postcode and house number, or a letter's code, were guessed too often."""

    status = 429

    heading = source_text("Please wait a moment")

    words = source_text("There were many tries. Try again in an hour, or call us: we help you.")


class TooFewTicked(Refusal):
    """With so few windows there is hardly anything to choose among."""

    status = 422

    @property
    def sentence(self) -> str:
        """Return how many it takes, and why."""
        return text(
            "Tick at least %(fewest)s times. With fewer we can hardly plan a shorter route.",
            fewest=FEWEST,
        )


class TooManyTicked(Refusal):
    """More windows than anybody needs to tick."""

    status = 422

    @property
    def sentence(self) -> str:
        """Return how many can be ticked."""
        return text("Tick %(most)s times at most. That is more than enough for us.", most=MOST)


class TickedGone(Refusal):
    """Some of the ticked windows no longer do; the others may still be ticked."""

    def __init__(self, windows: Sequence[Window]) -> None:
        super().__init__(windows)
        self.windows = tuple(windows)

    @property
    def sentence(self) -> str:
        """Return which windows are gone, and what to do."""
        return text(
            "Somebody else was just ahead of you. No longer free: %(windows)s. Look at your ticks"
            " once more, please.",
            windows=windows_in_brief(self.windows),
        )


class LinkBroken(Refusal):
    """The link is not one of ours, or not whole."""

    status = 404

    heading = source_text("This link does not work")

    words = source_text(
        "This link is not complete. Copy the whole link from the message, or call us."
    )


class LinkExpired(Refusal):
    """The link was replaced, withdrawn, or its time is over."""

    status = 410

    heading = source_text("This link is no longer valid")

    words = source_text(
        "This link can no longer be used. Call us and we will plan the visit together."
    )


# Refusals of one window: the customer is shown what else is possible.
WITH_ALTERNATIVES: tuple[type[Refusal], ...] = (WindowTaken, NoLongerFits, NoDayPlan, NotBookable)
