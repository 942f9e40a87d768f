"""Why the demo is not loaded."""

from __future__ import annotations

from portal.errors import Refusal
from portal.texts import source_text


class DatabaseInUse(Refusal):
    """The database holds a branch that is not the demo's; invented people may not mix with it."""

    words = source_text("The database holds a real branch. Load the demo into an empty database.")


class DemoThereAlready(Refusal):
    """The demo was loaded before."""

    words = source_text("The demo is loaded already. Throw it away first to load it afresh.")
