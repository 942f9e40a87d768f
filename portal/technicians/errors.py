"""What the technicians' subject refuses."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import source_text, text


class TechnicianUnknown(Refusal):
    """The branch has no technician with this number."""

    status = 404

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number

    @property
    def sentence(self) -> str:
        """Name the number that was asked for."""
        return text("There is no technician with number %(number)s.", number=self.number)


class NumberInSeveralBranches(TechnicianUnknown):
    """More than one branch has a technician with this number."""

    status = 409

    @property
    def sentence(self) -> str:
        """Ask for the branch."""
        return text(
            "Several branches have a technician %(number)s: say which branch.", number=self.number
        )


class AbsenceRefused(Refusal):
    """An absence cannot end before it begins."""

    status = 422

    words = source_text("The last day of an absence cannot be before the first day.")
