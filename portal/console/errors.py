"""What planner's and desk's pages refuse."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import source_text


class NoBranchYet(Refusal):
    """Nobody has set up a branch."""

    status = 404

    words = source_text("There is no branch yet. Ask the administrator to set one up.")
