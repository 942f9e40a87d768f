"""One day as it was read at one version: who works, what is promised, on which routes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

import optimizer.problem as optimizer
from optimizer.insertion import Snapshot, snapshot
from optimizer.plan import Plan
from portal.planning.facts import StopFact, stop_facts
from portal.planning.models import DayPlan
from portal.planning.problem import plan_of, problem_of
from portal.planning.travel import travel_times
from portal.technicians.queries import roster
from portal.technicians.shifts import OnDuty


@dataclass(frozen=True, slots=True)
class DayState:
    """What a decision about a day rests on; equal states lead to equal decisions."""

    plan_id: int
    date: date
    version: int
    working: tuple[OnDuty, ...]
    stops: tuple[StopFact, ...]

    def without(self, stop_ids: Collection[int]) -> DayState:
        """Return the day as it is once these stops are off its routes."""
        left = tuple(stop for stop in self.stops if stop.stop_id not in stop_ids)
        return replace(self, stops=left)

    def problem(self) -> optimizer.Problem:
        """Return the day as the optimiser sees it."""
        return problem_of(self.date, self.working, self.stops, travel_times())

    def routes(self) -> Plan:
        """Return the routes as they stand, without the stops of somebody who is not on duty."""
        return plan_of(self.working, self.stops)

    def snapshot(self) -> Snapshot:
        """Return the routes ready for the question what else would fit."""
        return snapshot(self.problem(), self.routes())

    @property
    def stranded(self) -> tuple[StopFact, ...]:
        """The promises whose technician turned out not to be on duty."""
        on_duty = {one.technician_id for one in self.working}
        return tuple(stop for stop in self.stops if stop.technician_id not in on_duty)


def day_state(session: Session, plan: DayPlan) -> DayState:
    """Return the day as it stands now."""
    return DayState(
        plan_id=plan.id,
        date=plan.date,
        version=plan.version,
        working=roster(session, plan.branch_id, plan.date, plan.date).get(plan.date, ()),
        stops=stop_facts(session, [plan.id])[plan.id],
    )
