"""Why a promise cannot be made, or a plan not published, in words for people."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import text


class WindowTaken(Refusal):
    """The last place of the window went to somebody else, or a planner closed it."""

    @property
    def sentence(self) -> str:
        """Return the reason in the reader's language."""
        return text("Somebody else has just chosen this time. We are sorry.")


class NoLongerFits(Refusal):
    """No technician can reach the address in the window beside what was promised to others."""

    @property
    def sentence(self) -> str:
        """Return the reason in the reader's language."""
        return text("This time no longer fits in our technicians' routes. We are sorry.")


class NoDayPlan(Refusal):
    """Nothing is planned for that date yet."""

    @property
    def sentence(self) -> str:
        """Return the reason in the reader's language."""
        return text("We do not plan visits on that date yet.")


class PlanChanged(Exception):
    """The day changed while it was being solved; the solve has to start from the new state."""
