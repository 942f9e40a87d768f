"""What becomes of an open selection when its visit is settled, in whatever way."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal.booking.models import SelectionState
from portal.booking.ticking.selecting import open_selection
from portal.customers.models import Visit


def settle(session: Session, visit: Visit, state: SelectionState) -> None:
    """End the open selection of a locked visit, if there is one; its hold is the caller's."""
    selection = open_selection(session, visit.id)
    if selection is not None:
        selection.state = state
        session.flush()
