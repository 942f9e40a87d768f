"""Who writes a message is the caller's choice: what such a function looks like."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.site import Site


class Tell(Protocol):
    """Writes the message about a new appointment."""

    def __call__(
        self, session: Session, appointment: Appointment, now: datetime, *, site: Site
    ) -> object:
        """Put it in the outbox, unless there is nobody to send it to."""


class TellEnd(Protocol):
    """Writes the message about an appointment that ended; `link` leads to new windows."""

    def __call__(
        self, session: Session, appointment: Appointment, now: datetime, *, site: Site, link: str
    ) -> object:
        """Put it in the outbox, unless there is nobody to send it to."""
