"""A customer's calendar proposes another time: which real windows are nearest to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.booking.offering.offers import offer_for
from portal.booking.queries import window_of
from portal.clock import local_date
from portal.planning.windows import Window

NEAREST = 3


def near_to(
    session: Session, appointment: Appointment, proposed: datetime, now: datetime
) -> tuple[Window, ...]:
    """Return up to three windows that can be chosen now, nearest to a moment, in order of time."""
    offer = offer_for(session, appointment.visit, now, window_of(appointment))
    windows = [one.window for one in offer.windows]
    nearest = sorted(windows, key=lambda one: (abs(one.starts_at() - proposed), one))[:NEAREST]
    return tuple(sorted(nearest))


def path_to_windows(appointment: Appointment, proposed: datetime, windows: Sequence[Window]) -> str:
    """Return where the appointment is moved, with the windows from the proposed day on."""
    first = min([local_date(proposed), *(window.date for window in windows)])
    return f"/afspraak/{appointment.reference}/verzetten?from={first.isoformat()}&all=1"
