"""What planner's and desk's pages refuse."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import plural, text


class NoBranchYet(Refusal):
    """Nobody has set up a branch."""

    status = 404

    @property
    def sentence(self) -> str:
        """Return the reason in the reader's language."""
        return text("There is no branch yet. Ask the administrator to set one up.")


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


class DayIsOver(Refusal):
    """Windows of today and before can no longer be opened or closed."""

    @property
    def sentence(self) -> str:
        """Return the reason in the reader's language."""
        return text("This day is too near: customers can no longer choose it.")


class UnknownWindow(Refusal):
    """The company does not work with such a window."""

    status = 422

    @property
    def sentence(self) -> str:
        """Return the reason in the reader's language."""
        return text("Choose one of the time windows on the page.")
