"""A second chance for a newcomer that fits nowhere: rearrange the day's promises around it.

Insertion leaves every other visit where it is, so its "no" is often wrong on a well-filled day.
Tried in turn, until the time is up: pushing visits out of routes into others (`ejection`), then
ruin and recreate with the newcomer as one more promise (`recreation`).
"""

from __future__ import annotations

import time

from optimizer.check import violations
from optimizer.ejection import ejected
from optimizer.plan import Plan
from optimizer.problem import Problem
from optimizer.recreation import recreated
from optimizer.tours import Network

# What ejection may use of the budget: it ends by itself on some ten routes.
EJECTION_SHARE = 0.4


def repaired(
    problem: Problem, plan: Plan, newcomer: str, *, seconds: float, seed: int
) -> Plan | None:
    """Return a plan that serves all that `plan` serves and the newcomer, None when none was found.

    `plan` must keep every promise apart from the newcomer's. Takes about `seconds` of wall time at
    most; what comes back has passed the independent check. Raises UnknownName for ids that the
    problem does not have.
    """
    started = time.monotonic()
    network = Network(problem)
    row = problem.visit_row(newcomer)
    tours = network.tours_of(plan.without([newcomer]))
    if not all(network.fits(tour) for tour in tours):
        return None
    found = ejected(network, tours, row, started + seconds * EJECTION_SHARE)
    if found is None:
        found = recreated(network, tours, row, seed, started + seconds)
    if found is None:
        return None
    better = network.plan_of(found)
    return better if is_witness(problem, better, plan) else None


def is_witness(problem: Problem, plan: Plan, old: Plan) -> bool:
    """Whether nothing is wrong with a plan that serves all that the old one served."""
    return old.served <= plan.served and not violations(problem, plan)
