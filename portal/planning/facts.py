"""What a day consists of, read from the database as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.customers.models import Address, Boiler, Visit
from portal.planning.models import Stop


@dataclass(frozen=True, slots=True)
class StopFact:
    """One promise of a day: where, how long, which window, on whose route and in which place."""

    stop_id: int
    visit_id: int
    technician_id: int
    position: int
    window_start: time
    window_end: time
    lat: float
    lon: float
    service_minutes: int
    skill: str
    pinned: bool
    held_until: datetime | None

    @property
    def key(self) -> str:
        """The id under which the optimiser knows it: a visit may have a booked and a held stop."""
        return str(self.stop_id)


def stop_facts(session: Session, day_plan_ids: Sequence[int]) -> dict[int, tuple[StopFact, ...]]:
    """Return the stops of each day plan, in the order of technicians and positions."""
    if not day_plan_ids:
        return {}
    rows = session.execute(
        sa.select(
            Stop.day_plan_id,
            Stop.id,
            Stop.visit_id,
            Stop.technician_id,
            Stop.position,
            Stop.window_start,
            Stop.window_end,
            Address.lat,
            Address.lon,
            Boiler.service_minutes,
            Boiler.skill,
            Stop.pinned,
            Stop.held_until,
        )
        .join(Visit, Visit.id == Stop.visit_id)
        .join(Boiler, Boiler.id == Visit.boiler_id)
        .join(Address, Address.id == Boiler.address_id)
        .where(Stop.day_plan_id.in_(day_plan_ids))
        .order_by(Stop.day_plan_id, Stop.technician_id, Stop.position)
    )
    found: dict[int, list[StopFact]] = defaultdict(list)
    for day_plan_id, *values in rows:
        found[day_plan_id].append(StopFact(*values))
    return {key: tuple(found[key]) for key in day_plan_ids}
