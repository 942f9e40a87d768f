"""Why a promise or an opening cannot be made, or a plan not published, in words for people."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import plural, source_text


class WindowTaken(Refusal):
    """The last place of the window went to somebody else, or a planner closed it."""

    words = source_text("Somebody else has just chosen this time. We are sorry.")


class NoLongerFits(Refusal):
    """No technician can reach the address in the window beside what was promised to others."""

    words = source_text("This time no longer fits in our technicians' routes. We are sorry.")


class NoDayPlan(Refusal):
    """Nothing is planned for that date yet."""

    words = source_text("We do not plan visits on that date yet.")


class PlacesBelowTaken(Refusal):
    """A window cannot have fewer places than customers were promised already."""

    def __init__(self, taken: int) -> None:
        super().__init__(taken)
        self.taken = taken

    @property
    def sentence(self) -> str:
        """Return the reason in the reader's language."""
        return plural(
            "%(num)s place is taken already, so there cannot be fewer.",
            "%(num)s places are taken already, so there cannot be fewer.",
            self.taken,
        )


class DayTooNear(Refusal):
    """Customers can no longer choose this day, so its windows are opened and closed no more."""

    words = source_text("This day is too near: customers can no longer choose it.")


class UnknownWindow(Refusal):
    """The company does not work with such a window."""

    status = 422

    words = source_text("There is no such time window. Choose one of those shown.")


class PlanChanged(Exception):
    """The day changed while it was being solved; the solve has to start from the new state."""
