"""Which visits stand on a route: what the customers' subject asks before it changes a place."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.customers.bulk import rows_among
from portal.planning.models import Stop


def visits_on_routes(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Return which of these visits have a stop, booked or held."""
    rows = rows_among(session, sa.select(Stop.visit_id), Stop.visit_id, visit_ids)
    return {row["visit_id"] for row in rows}
