"""Why a booking, a move or a cancellation is refused, in words for people."""

from __future__ import annotations

from portal.errors import Refusal
from portal.planning.errors import NoDayPlan, NoLongerFits, WindowTaken
from portal.texts import source_text


class AlreadyBooked(Refusal):
    """The visit has an appointment already: this link or button was used before."""

    words = source_text("There is an appointment for this visit already.")


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

    words = source_text("This appointment was cancelled before.")


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
