"""The great-circle profile against car times and distances by OSRM between addresses in Kampen."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.duel import SHARED, percent
from benchmarks.facts import table
from optimizer.travel import GreatCircle, Location

PROFILES = {
    "before: detour 1.3, 25-80 km/h": GreatCircle(1.3, ((2.0, 25.0), (20.0, 80.0))),
    "the usual one": GreatCircle(),
}
HEADS = ("profile", "median |error|", "9 of 10 within", "bias (median)", "total time", "total km")


def main() -> None:
    """Print the errors of each profile over all pairs of addresses."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.roads", description=__doc__)
    command.add_argument("--data", type=Path, default=SHARED, help="folder of the reference")
    folder = command.parse_args().data / "roads"
    points = addresses(folder / "kampen_reference_points.csv")
    seconds, metres = reference(folder / "kampen_reference_matrix.csv", len(points))
    known = seconds > 0
    rows = []
    for name, profile in PROFILES.items():
        guessed = profile.seconds(points, points)[known]
        error = guessed / seconds[known] - 1
        km = profile.road_km(points, points)[known].sum() / (metres[known].sum() / 1000) - 1
        size, total = np.abs(error), guessed.sum() / seconds[known].sum() - 1
        figures = (np.median(size), np.quantile(size, 0.9), np.median(error), total, km)
        rows.append([name, *(percent(float(one)) for one in figures)])
    print(f"{int(known.sum())} pairs, median {np.median(seconds[known]):.0f} s by OSRM")
    print(table(HEADS, rows))


def addresses(file: Path) -> list[Location]:
    """Return the reference addresses in order."""
    with file.open(newline="", encoding="utf-8") as rows:
        return [Location(float(r["latitude"]), float(r["longitude"])) for r in csv.DictReader(rows)]


def reference(file: Path, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return seconds and metres by OSRM, shape (size, size)."""
    seconds, metres = np.zeros((size, size)), np.zeros((size, size))
    with file.open(newline="", encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            cell = int(row["from_idx"]), int(row["to_idx"])
            seconds[cell], metres[cell] = float(row["osrm_s"]), float(row["osrm_m"])
    return seconds, metres


if __name__ == "__main__":
    main()
