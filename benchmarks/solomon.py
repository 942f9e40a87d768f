"""Solomon's 56 instances of 100 customers, distance only, in the DIMACS convention.

Every distance and travel time is floor(10 x Euclid) in tenths, windows and service times are x 10,
and only distance counts, not the number of vehicles. Best known values are those of the list with
`distance_dimacs` in `vrptw/bks.csv`. One instance of each of the six classes by default.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

from benchmarks.duel import able, command, fair, fought, shown
from benchmarks.facts import machine
from optimizer.instances import read

SUBSET = ("C101", "C201", "R101", "R201", "RC101", "RC201")


def main() -> None:
    """Print the table."""
    options = parser().parse_args()
    fair(options)
    engines = able(False, options.engines)
    folder = options.data / "vrptw"
    known = best_known(folder / "bks.csv")
    rounds = []
    for file in sorted((folder / "solomon").glob("*.txt")):
        if options.all or file.stem in (options.only or SUBSET):
            problem = read(file).problem
            best = known.get(file.stem)
            rounds.append(fought(problem, engines, options.seconds, options.seeds, best))
    print(f"Solomon 100, distance in tenths (DIMACS), {options.seconds:g} s, one core")
    print(shown(rounds, engines))
    print(f"\n{machine()}")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    wanted = command("solomon", __doc__, 5.0)
    wanted.add_argument("--all", action="store_true", help="all 56 (with --seconds 30: 84 minutes)")
    wanted.add_argument("--only", nargs="*", default=[], help="instances by name")
    return wanted


def best_known(file: Path) -> dict[str, int]:
    """Return the best known cost in tenths by instance."""
    with file.open(newline="", encoding="utf-8") as rows:
        return {
            row["instance"]: round(float(row["cost"]) * 10)
            for row in csv.DictReader(rows)
            if row["convention"] == "distance_dimacs"
        }


if __name__ == "__main__":
    main()
