"""Branch-days of 20, 40, 70 and 210 visits, with lunch, and the same days without.

Where the data have too few of a size (a best known travel stands beside those) the rest are made
up here by a seed. PyVRP has no breaks, so it is seen on the days without lunch only; a best known
with lunch says nothing of those, and gaps are then to the best plan of the run.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.branch_days import branch_day
from benchmarks.duel import able, command, fair, fought, shown
from benchmarks.engines import without_lunch
from benchmarks.facts import machine
from optimizer.instances import read
from optimizer.problem import Problem
from optimizer.travel import closed

SIZES = (20, 40, 70, 210)
TECHNICIANS = {20: 3, 40: 6, 70: 10, 210: 30}


def main() -> None:
    """Print one table with lunch and one without."""
    options = parser().parse_args()
    fair(options)
    for lunch in (True, False):
        engines = able(lunch, options.engines)
        rounds = []
        for problem, best in days(options):
            day, known = (problem, best) if lunch else (without_lunch(problem), None)
            rounds.append(fought(day, engines, options.seconds, options.seeds, known))
        print(f"\n{'with' if lunch else 'without'} lunch, {options.seconds:g} s, one core")
        print(shown(rounds, engines), flush=True)
    print(f"\n{machine()}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    wanted = command("days", __doc__, 3.0)
    wanted.add_argument("--sizes", type=int, nargs="*", default=[20, 40, 70], choices=SIZES)
    wanted.add_argument("--days", type=int, default=1, help="days of each size (1; all: 10)")
    return wanted


def days(options: argparse.Namespace) -> Iterator[tuple[Problem, int | None]]:
    """Yield the days asked for with the best travel known of each."""
    folder = options.data / "day_instances"
    known = best_known(folder / "best_known.csv")
    for size in options.sizes:
        files = sorted(folder.glob(f"K*n{size}s*.json"))[: options.days]
        for file in files:
            yield replace(read(file).problem, name=file.stem), known.get(file.stem)
        for seed in range(1, 1 + options.days - len(files)):
            yield fixed(branch_day(seed, TECHNICIANS[size], size)), None


def fixed(problem: Problem) -> Problem:
    """Return the problem with its travel as a matrix, so that every engine reads the same."""
    places = [one.place for one in problem.visits]
    homes = [place for one in problem.technicians for place in (one.start, one.end)]
    return replace(problem, travel=closed(problem.travel, [*places, *homes]))


def best_known(file: Path) -> dict[str, int]:
    """Return the best known travel by instance."""
    with file.open(newline="", encoding="utf-8") as rows:
        return {row["instance"]: int(row["best_travel_s"]) for row in csv.DictReader(rows)}


if __name__ == "__main__":
    main()
