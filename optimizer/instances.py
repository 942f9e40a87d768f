"""Read days from files: our JSON, Solomon and Homberger text, VRPLIB; write results as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optimizer.check import Violation
from optimizer.day_json import day_from
from optimizer.errors import InvalidInstance, InvalidProblem
from optimizer.plan import Plan
from optimizer.problem import Problem
from optimizer.schedule import timed
from optimizer.solomon import problem_from_solomon
from optimizer.solve import Solution
from optimizer.vrplib import problem_from_vrplib


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem as read from a file, with the incumbent plan that the file may hold."""

    problem: Problem
    incumbent: Plan | None


def read(path: Path) -> Instance:
    """Return the instance in a file; the format is told from its content.

    Raises InvalidInstance naming file and line or field, UnsupportedInstance for what is well
    written but not planned here.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInstance(f"{path.name}: cannot be read: {fault}") from fault
    try:
        return parsed(text, path.stem)
    except InvalidInstance as fault:
        raise type(fault)(f"{path.name}: {fault}") from fault
    except InvalidProblem as fault:
        raise InvalidInstance(f"{path.name}: {fault}") from fault


def parsed(text: str, name: str) -> Instance:
    """Return the instance in a text; `name` is used where the text has none."""
    if text.lstrip().startswith("{"):
        return Instance(*day_from(text, name))
    if "DIMENSION" in text:
        return Instance(problem_from_vrplib(text), None)
    return Instance(problem_from_solomon(text), None)


def result_json(problem: Problem, solution: Solution) -> str:
    """Return a solution as indented JSON, in the fields that optimizer's users agreed on."""
    result = {
        "name": problem.name,
        "status": solution.status.value,
        "travel_s": solution.travel_s,
        "lower_bound_s": solution.lower_bound_s,
        "gap": solution.gap,
        "unserved": list(solution.unserved),
        "violations": [violation_fields(one) for one in solution.violations],
        "seconds": round(solution.seconds, 3),
        "routes": routes_of(problem, solution.plan),
    }
    return json.dumps(result, indent=1, ensure_ascii=False)


def violation_fields(violation: Violation) -> dict[str, Any]:
    """Return a violation as JSON fields."""
    ids = list(violation.ids)
    return {"kind": violation.kind.value, "ids": ids, "sentence": violation.sentence}


def routes_of(problem: Problem, plan: Plan) -> list[dict[str, Any]]:
    """Return the timed routes as JSON fields, times in seconds since local midnight."""
    routes = []
    for route in plan.routes:
        times = timed(problem, route)
        stops = [
            {"visit": stop.visit, "arrive": stop.arrive, "begin": stop.begin, "leave": stop.leave}
            for stop in times.stops
        ]
        routes.append(
            {
                "technician": times.technician,
                "leave_start": times.leave_start,
                "stops": stops,
                "lunch": list(times.lunch) if times.lunch else None,
                "arrive_end": times.arrive_end,
                "travel_s": times.travel_s,
            }
        )
    return routes
