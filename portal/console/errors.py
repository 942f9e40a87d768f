"""What planner's and desk's pages refuse."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import text


class NoBranchYet(Refusal):
    """Nobody has set up a branch."""

    status = 404

    @property
    def sentence(self) -> str:
        """Return the reason in the reader's language."""
        return text("There is no branch yet. Ask the administrator to set one up.")
