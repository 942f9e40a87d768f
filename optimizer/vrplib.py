"""VRPLIB files: TYPE CVRP and VRPTW, EDGE_WEIGHT_TYPE EUC_2D or EXPLICIT with a full matrix.

EUC_2D is rounded to the nearest whole, as VRPLIB has it; the file's own unit of time is kept. Where
a file names no VEHICLES there is one per customer. A CVRP has no clock: everybody may always be
visited, for one second, in a day that never ends.
"""

from __future__ import annotations

import numpy as np

from optimizer.errors import InvalidInstance, UnsupportedInstance
from optimizer.problem import Problem
from optimizer.solomon import Customer, benchmark, euclid, exactly, real, whole
from optimizer.travel import Seconds

ENDLESS = 10**8

# A line: its number and its words.
Line = tuple[int, list[str]]


class Sections:
    """A VRPLIB text taken apart: `fields` in front, then sections of lines."""

    def __init__(self, text: str) -> None:
        self.fields: dict[str, Line] = {}
        self.sections: dict[str, list[Line]] = {}
        current: list[Line] | None = None
        for number, line in enumerate(text.splitlines(), 1):
            words = line.replace(":", " : ", 1).split()
            if not words or words == ["EOF"]:
                continue
            if words[0].endswith("_SECTION"):
                current = self.sections.setdefault(words[0], [])
            elif ":" in words[:2]:
                self.fields[words[0]] = number, words[2:]
            elif current is None:
                raise InvalidInstance(f"line {number}: expected NAME : VALUE or a section")
            else:
                current.append((number, words))

    def word(self, field: str, usual: str | None = None) -> str:
        """Return a field's first word; raises InvalidInstance when it is missing."""
        if field in self.fields and self.fields[field][1]:
            return self.fields[field][1][0]
        if usual is None:
            raise InvalidInstance(f"{field}: is missing")
        return usual

    def count(self, field: str, usual: str | None = None) -> int:
        """Return a field that is a whole number."""
        return whole(self.word(field, usual), self.fields.get(field, (1, []))[0])

    def rows(self, section: str, columns: int, size: int) -> list[list[str]]:
        """Return the rows of a section in the order of their number, the number left out."""
        lines = self.sections.get(section)
        if lines is None:
            raise InvalidInstance(f"{section}: is missing")
        numbered = {exactly(line, columns)[0]: line[1][1:] for line in lines}
        try:
            return [numbered[str(number)] for number in range(1, size + 1)]
        except KeyError as missing:
            raise InvalidInstance(f"{section}: has no row {missing.args[0]}") from None


def problem_from_vrplib(text: str) -> Problem:
    """Return a VRPLIB instance; raises InvalidInstance naming line, field or section."""
    file = Sections(text)
    kind, size = file.word("TYPE"), file.count("DIMENSION")
    if kind not in ("CVRP", "VRPTW"):
        raise UnsupportedInstance(f"TYPE: {kind} is not planned here, only CVRP and VRPTW are")
    depots = [line[1][0] for line in file.sections.get("DEPOT_SECTION", [])]
    if depots not in (["1", "-1"], ["1"]):
        raise UnsupportedInstance("DEPOT_SECTION: only one depot, in row 1, is planned here")
    customers = customers_of(file, kind, size)
    vehicles = file.count("VEHICLES", str(size - 1))
    return benchmark(
        file.word("NAME"), customers, vehicles, file.count("CAPACITY"), table_of(file, customers)
    )


def customers_of(file: Sections, kind: str, size: int) -> list[Customer]:
    """Return depot and customers, in the order of the file."""
    loads = [row[0] for row in file.rows("DEMAND_SECTION", 2, size)]
    spots = [["0", str(row)] for row in range(size)]  # an explicit matrix may come without any
    if "NODE_COORD_SECTION" in file.sections:
        spots = file.rows("NODE_COORD_SECTION", 3, size)
    windows, service = [["0", str(ENDLESS)]] * size, ["1"] * size
    if kind == "VRPTW":
        windows = file.rows("TIME_WINDOW_SECTION", 3, size)
        service = service_of(file, size)
    return [
        Customer(str(row), real(x, 1), real(y, 1), *(whole(word, 1) for word in times))
        for row, ((x, y), times) in enumerate(
            zip(spots, zip(loads, *zip(*windows, strict=True), service, strict=True), strict=True)
        )
    ]


def service_of(file: Sections, size: int) -> list[str]:
    """Return the service times, one for all or one a row."""
    if "SERVICE_TIME" in file.fields:
        return [file.word("SERVICE_TIME")] * size
    return [row[0] for row in file.rows("SERVICE_TIME_SECTION", 2, size)]


def table_of(file: Sections, customers: list[Customer]) -> Seconds:
    """Return the travel times between all rows."""
    kind = file.word("EDGE_WEIGHT_TYPE")
    if kind == "EUC_2D":
        rounded: Seconds = np.floor(euclid(customers) + 0.5).astype(np.int64)
        return rounded
    if (kind, file.word("EDGE_WEIGHT_FORMAT", "")) != ("EXPLICIT", "FULL_MATRIX"):
        raise UnsupportedInstance(f"EDGE_WEIGHT_TYPE: {kind} is not planned here")
    lines = file.sections.get("EDGE_WEIGHT_SECTION", [])
    cells = [whole(word, number) for number, words in lines for word in words]
    if len(cells) != len(customers) ** 2:
        raise InvalidInstance(f"EDGE_WEIGHT_SECTION: has {len(cells)} numbers")
    return np.array(cells, dtype=np.int64).reshape(len(customers), -1)
