"""Solomon's and Homberger's benchmark text, and what VRPLIB shares with it.

Every technician starts and ends at the depot, without skills and lunch; the fleet's capacity is
kept. Only travel is minimised, never the number of vehicles. Times are in tenths of the file's
unit, as the DIMACS convention has it: a distance is floor(10 x Euclid), windows and service are
x 10. There is no shortest-path closure, so that costs compare with published ones.
A place stands for a coordinate scaled into degrees: it is a name, not a point on earth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.errors import InvalidInstance, UnsupportedInstance
from optimizer.problem import Location, Problem, Technician, TimeWindow, Visit
from optimizer.travel import Matrix, Seconds

TENTHS = 10


@dataclass(frozen=True, slots=True)
class Customer:
    """One row of a benchmark; the depot is the row that technicians leave from."""

    name: str
    x: float
    y: float
    load: int
    ready: int
    due: int
    service: int


def problem_from_solomon(text: str) -> Problem:
    """Return a Solomon or Homberger instance; raises InvalidInstance naming the line."""
    lines = [(number, line.split()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, words) for number, words in lines if words]
    if len(lines) < 5 or [lines[1][1][0].upper(), lines[2][1][0].upper()] != ["VEHICLE", "NUMBER"]:
        raise InvalidInstance("line 1: neither a day in JSON, nor Solomon, nor VRPLIB")
    vehicles, capacity = (whole(word, lines[3][0]) for word in exactly(lines[3], 2))
    rows = [entry for entry in lines[4:] if not entry[1][0][0].isalpha()]
    customers = [solomon_customer(entry) for entry in rows]
    if len(customers) < 2:
        raise InvalidInstance(f"line {lines[-1][0]}: there is no customer")
    table = np.floor(TENTHS * euclid(customers)).astype(np.int64)
    return benchmark(lines[0][1][0], customers, vehicles, capacity, table)


def solomon_customer(entry: tuple[int, list[str]]) -> Customer:
    """Return the customer of one line, times in tenths."""
    number, x, y, load, ready, due, service = exactly(entry, 7)
    line = entry[0]
    ready_s, due_s, service_s = (TENTHS * whole(word, line) for word in (ready, due, service))
    return Customer(
        number, real(x, line), real(y, line), whole(load, line), ready_s, due_s, service_s
    )


def exactly(entry: tuple[int, list[str]], count: int) -> list[str]:
    """Return a line's words; raises InvalidInstance unless there are `count`."""
    line, words = entry
    if len(words) != count:
        raise InvalidInstance(f"line {line}: expected {count} numbers, found {len(words)}")
    return words


def whole(word: str, line: int) -> int:
    """Return a whole number (12 or 12.0)."""
    value = real(word, line)
    if value != int(value):
        raise UnsupportedInstance(f"line {line}: {word} is not a whole number")
    return int(value)


def real(word: str, line: int) -> float:
    """Return a number that is not infinite and not too large for a clock."""
    if not re.fullmatch(r"[-+]?\d{1,9}(\.\d*)?(e[-+]?\d{1,2})?", word, re.IGNORECASE):
        raise InvalidInstance(f"line {line}: {word!r} is not a number")
    return float(word)


def euclid(customers: Sequence[Customer]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the straight distances in the file's own unit."""
    x, y = np.array([(one.x, one.y) for one in customers]).T
    lines: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.hypot(
        x[:, None] - x[None, :], y[:, None] - y[None, :]
    )
    return lines


def benchmark(
    name: str, customers: Sequence[Customer], vehicles: int, capacity: int, table: Seconds
) -> Problem:
    """Return the problem whose first customer is the depot."""
    reach = max(max(abs(one.x), abs(one.y)) for one in customers) or 1.0
    places = [Location(45 * one.y / reach, 90 * one.x / reach) for one in customers]
    depot, *others = customers
    shift = TimeWindow(depot.ready, depot.due)
    crew = tuple(
        Technician(f"t{row + 1}", places[0], places[0], shift, capacity=capacity)
        for row in range(vehicles)
    )
    visits = tuple(
        Visit(one.name, place, one.service, (TimeWindow(one.ready, one.due),), load=one.load)
        for one, place in zip(others, places[1:], strict=True)
    )
    return Problem(name, None, crew, visits, Matrix(tuple(places), table, closure=False))
