"""Technician routing of Pillac, Gueret and Medaglia (2013): 25 homes, five skills, 100 requests.

Tools and spare parts are left out, with the trips to the depot that fetch them: what remains is
homes, skills and time windows. So travel is not comparable with the published figures, only between
engines. Distances and times are floor(10 x Euclid) in tenths, as for Solomon. Three instances by
default; gaps are to the best plan of the run.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.duel import able, command, fair, fought, shown
from benchmarks.facts import machine
from optimizer.problem import Location, Problem, Technician, TimeWindow, Visit
from optimizer.travel import Matrix

SUBSET = ("C101", "R101", "RC201")
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: a technician (windows without service) or a request."""

    name: str
    x: int
    y: int
    window: TimeWindow
    service: int
    skills: frozenset[str]

    @property
    def place(self) -> Location:
        """The coordinate, scaled into degrees: a name, not a point on earth."""
        return Location(self.y / 10, self.x / 10)


def main() -> None:
    """Print the table."""
    options = parser().parse_args()
    fair(options)
    engines = able(False, options.engines)
    rounds = []
    for file in sorted((options.data / "field_service" / "trsp_pillac").glob("*.txt")):
        if options.all or file.stem.split(".")[0] in SUBSET:
            problem = problem_from(file)
            rounds.append(fought(problem, engines, options.seconds, options.seeds, None))
    print(f"Technician routing, skills and windows only, {options.seconds:g} s, one core")
    print(shown(rounds, engines))
    print(f"\n{machine()}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    wanted = command("trsp", __doc__, 5.0)
    wanted.add_argument("--all", action="store_true", help="all 12 instances")
    return wanted


def problem_from(file: Path) -> Problem:
    """Return an instance without tools, spare parts and depot."""
    text = file.read_text(encoding="utf-8").splitlines()
    lines = [line_from(row) for row in text if row[:1].isdigit() and "[" in row]
    crew = [line for line in lines if not line.service and line.name != "0"]
    requests = [line for line in lines if line.service]
    return Problem(
        file.stem,
        None,
        tuple(Technician(f"t{o.name}", o.place, o.place, o.window, skills=o.skills) for o in crew),
        tuple(Visit(o.name, o.place, o.service, (o.window,), o.skills) for o in requests),
        travel_between([*crew, *requests]),
    )


def line_from(text: str) -> Line:
    """Return one row; the first bracket holds skills, the others are left out."""
    numbers, skills = text.split("[")[0].split(), text.split("[")[1].split("]")[0]
    name, x, y, opens, closes, service = numbers
    window = TimeWindow(TENTHS * int(opens), TENTHS * int(closes))
    known = frozenset(skill for skill in skills.split(",") if skill)
    return Line(name, int(x), int(y), window, TENTHS * int(service), known)


def travel_between(lines: list[Line]) -> Matrix:
    """Return tenths of the straight distances, as they are: without shortest-path closure."""
    by_place = {line.place: line for line in lines}
    x, y = np.array([(line.x, line.y) for line in by_place.values()]).T
    lengths = np.hypot(x[:, None] - x[None, :], y[:, None] - y[None, :])
    table = np.floor(TENTHS * lengths).astype(np.int64)
    return Matrix(tuple(by_place), table, closure=False)


if __name__ == "__main__":
    main()
