"""What somebody chose, and when, by whom and in whose name something is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.site import Site


@dataclass(frozen=True, slots=True)
class Choice:
    """The window somebody chose, and the key of the form that it came with."""

    opening_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """When and by whom something is done, and whose name stands under the message.

    `override` is why a planner changes it later than a customer may.
    """

    now: datetime
    by: str
    site: Site
    override: str = ""
