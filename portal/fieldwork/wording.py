"""Words about a technician's day that the phone and the board share."""

from __future__ import annotations

from portal.planning.queries import PlannedStop
from portal.technicians.models import AbsenceKind
from portal.texts import text

TIGHT_MINUTES = 10


def is_tight(stop: PlannedStop) -> bool:
    """Return whether little delay is enough to break this promise or a later one."""
    return stop.slack_minutes < TIGHT_MINUTES


def absence_name(kind: AbsenceKind | None) -> str:
    """Return why somebody is not on duty, in the reader's language."""
    match kind:
        case AbsenceKind.LEAVE:
            return text("on leave")
        case AbsenceKind.ILLNESS:
            return text("ill")
        case AbsenceKind.TRAINING:
            return text("in training")
        case None:
            return text("does not work this day")
