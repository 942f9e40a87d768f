"""The day instance in JSON: one file holds one branch-day. Every error names its field."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizer.errors import InvalidInstance, InvalidProblem, UnknownName
from optimizer.osrm import OsrmTable
from optimizer.plan import Plan, Route
from optimizer.problem import Location, Lunch, Problem, Technician, TimeWindow, Visit
from optimizer.travel import GreatCircle, Matrix, TravelTimes, closed


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value with the path that leads to it, for errors that name the field."""

    value: Any
    path: str

    def fault(self, reason: str) -> InvalidInstance:
        """Return the error of this field."""
        return InvalidInstance(f"{self.path or 'file'}: {reason}")

    def has(self, key: str) -> bool:
        """Whether this object has the field, other than null."""
        return isinstance(self.value, dict) and self.value.get(key) is not None

    def at(self, key: str) -> Node:
        """Return a field of this object; raises InvalidInstance when it is missing."""
        if not isinstance(self.value, dict):
            raise self.fault("must be an object")
        path = f"{self.path}.{key}" if self.path else key
        if self.value.get(key) is None:
            raise InvalidInstance(f"{path}: is missing")
        return Node(self.value[key], path)

    def items(self, length: int | None = None) -> list[Node]:
        """Return the entries of this array."""
        if not isinstance(self.value, list):
            raise self.fault("must be an array")
        if length is not None and len(self.value) != length:
            raise self.fault(f"must have {length} entries, not {len(self.value)}")
        return [Node(one, f"{self.path}[{row}]") for row, one in enumerate(self.value)]

    def whole(self) -> int:
        """Return this whole number."""
        if type(self.value) is not int:
            raise self.fault(f"must be a whole number, not {self.value!r}")
        return self.value

    def number(self) -> float:
        """Return this finite number."""
        if type(self.value) not in (int, float) or not math.isfinite(self.value):
            raise self.fault(f"must be a number, not {self.value!r}")
        return float(self.value)

    def text(self) -> str:
        """Return this text."""
        if not isinstance(self.value, str):
            raise self.fault(f"must be text, not {self.value!r}")
        return self.value

    def flag(self) -> bool:
        """Return this true or false."""
        if not isinstance(self.value, bool):
            raise self.fault(f"must be true or false, not {self.value!r}")
        return self.value


def day_from(text: str, name: str) -> tuple[Problem, Plan | None]:
    """Return problem and incumbent of a day in JSON; raises InvalidInstance naming the field."""
    try:
        root = Node(json.loads(text), "")
    except ValueError as fault:
        raise InvalidInstance(f"not JSON: {fault}") from fault
    except RecursionError as fault:
        raise InvalidInstance("not a day: nested too deeply") from fault
    technicians = tuple(technician_from(one) for one in root.at("technicians").items())
    visits = tuple(visit_from(one) for one in root.at("visits").items())
    travel = travel_from(root.at("travel"), technicians, visits)
    title = root.at("name").text() if root.has("name") else name
    date = date_from(root.at("date")) if root.has("date") else None
    problem = Problem(title, date, technicians, visits, travel)
    return problem, plan_from(root.at("incumbent"), problem) if root.has("incumbent") else None


def date_from(node: Node) -> datetime.date:
    """Return an ISO date."""
    try:
        return datetime.date.fromisoformat(node.text())
    except ValueError:
        raise node.fault(f"must be a date like 2027-03-16, not {node.value!r}") from None


def location_from(node: Node) -> Location:
    """Return a place in degrees."""
    lat, lon = node.at("lat").number(), node.at("lon").number()
    try:
        return Location(lat, lon)
    except InvalidProblem as fault:
        raise node.fault(fault.reason) from fault


def window_from(node: Node) -> TimeWindow:
    """Return a [start, end] pair."""
    start, end = node.items(2)
    try:
        return TimeWindow(start.whole(), end.whole())
    except InvalidProblem as fault:
        raise node.fault(fault.reason) from fault


def skills_from(node: Node) -> frozenset[str]:
    """Return the skills of a visit or technician, none when the field is absent."""
    if not node.has("skills"):
        return frozenset()
    return frozenset(one.text() for one in node.at("skills").items())


def technician_from(node: Node) -> Technician:
    """Return a technician."""
    name, lunch = node.at("id").text(), None
    try:
        if node.has("lunch"):
            rest = node.at("lunch")
            lunch = Lunch(rest.at("seconds").whole(), window_from(rest.at("window")))
        return Technician(
            id=name,
            start=location_from(node.at("start")),
            end=location_from(node.at("end")),
            shift=window_from(node.at("shift")),
            lunch=lunch,
            skills=skills_from(node),
            capacity=node.at("capacity").whole() if node.has("capacity") else None,
        )
    except InvalidProblem as fault:
        raise InvalidInstance(f"{node.path} {name!r}: {fault.reason}") from fault


def visit_from(node: Node) -> Visit:
    """Return a visit."""
    name = node.at("id").text()
    try:
        return Visit(
            id=name,
            place=location_from(node.at("place")),
            service_s=node.at("service_s").whole(),
            windows=tuple(window_from(one) for one in node.at("windows").items()),
            skills=skills_from(node),
            optional=node.at("optional").flag() if node.has("optional") else False,
            prize_s=node.at("prize_s").whole() if node.has("prize_s") else 0,
            pinned_technician=(
                node.at("pinned_technician").text() if node.has("pinned_technician") else None
            ),
            load=node.at("load").whole() if node.has("load") else 0,
        )
    except InvalidProblem as fault:
        raise InvalidInstance(f"{node.path} {name!r}: {fault.reason}") from fault


def plan_from(node: Node, problem: Problem) -> Plan:
    """Return the incumbent plan; whom the problem does not know is refused, not left out."""
    routes = []
    for route in node.items():
        technician = known(route.at("technician"), problem.technician_row)
        visits = tuple(known(one, problem.visit_row) for one in route.at("visits").items())
        routes.append(Route(technician, visits))
    return Plan(tuple(routes))


def known(node: Node, row_of: Callable[[str], int]) -> str:
    """Return an id that the problem has."""
    try:
        row_of(node.text())
    except UnknownName as fault:
        raise node.fault(str(fault)) from None
    return node.text()


def travel_from(
    node: Node, technicians: tuple[Technician, ...], visits: tuple[Visit, ...]
) -> TravelTimes:
    """Return the travel model, closed to shortest paths where it is a table."""
    model = node.at("model").text()
    if model == "matrix":
        return matrix_from(node, technicians, visits)
    try:
        if model == "great_circle":
            return great_circle_from(node)
        if model == "osrm":
            homes = [place for one in technicians for place in (one.start, one.end)]
            return closed(
                OsrmTable(node.at("url").text()), [*(one.place for one in visits), *homes]
            )
    except InvalidProblem as fault:
        raise node.fault(fault.reason) from fault
    raise node.at("model").fault(f"must be great_circle, matrix or osrm, not {model!r}")


def great_circle_from(node: Node) -> GreatCircle:
    """Return the great-circle model; absent fields keep their usual values."""
    usual = GreatCircle()
    detour = node.at("detour").number() if node.has("detour") else usual.detour
    if not node.has("speed_kmh"):
        return GreatCircle(detour)
    points = [point.items(2) for point in node.at("speed_kmh").items()]
    return GreatCircle(detour, tuple((km.number(), speed.number()) for km, speed in points))


def matrix_from(
    node: Node, technicians: tuple[Technician, ...], visits: tuple[Visit, ...]
) -> Matrix:
    """Return the given matrix with the places that `order` names."""
    named = {visit.id: visit.place for visit in visits}
    for one in technicians:
        named[f"{one.id}.start"], named[f"{one.id}.end"] = one.start, one.end
        if one.start == one.end:
            named[one.id] = one.start
    places = []
    for entry in node.at("order").items():
        if entry.text() not in named:
            raise entry.fault(f"{entry.value!r} is no visit and no place of a technician")
        places.append(named[entry.text()])
    missing = {*named.values()} - {*places}
    if missing:
        absent = sorted(name for name, place in named.items() if place in missing)
        raise node.at("order").fault(f"lacks {absent[0]!r}")
    rows = [[cell.whole() for cell in row.items()] for row in node.at("seconds").items(len(places))]
    if any(len(row) != len(places) for row in rows):
        raise node.at("seconds").fault(f"must have {len(places)} entries in every row")
    try:
        return Matrix(tuple(places), np.array(rows, dtype=np.int64))
    except InvalidProblem as fault:
        raise node.fault(fault.reason) from fault
