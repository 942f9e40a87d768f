"""The usual travel profile against car times by OSRM between addresses in Kampen."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from optimizer.travel import GreatCircle, Location

ROADS = Path(__file__).parents[3] / "shared" / "data" / "roads"
POINTS, TIMES = ROADS / "kampen_reference_points.csv", ROADS / "kampen_reference_matrix.csv"

pytestmark = pytest.mark.skipif(not TIMES.exists(), reason="the reference data are not here")


def errors(travel: GreatCircle) -> np.ndarray:
    with POINTS.open(newline="", encoding="utf-8") as file:
        points = [
            Location(float(r["latitude"]), float(r["longitude"])) for r in csv.DictReader(file)
        ]
    truth = np.zeros((len(points), len(points)))
    with TIMES.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            truth[int(row["from_idx"]), int(row["to_idx"])] = float(row["osrm_s"])
    known = truth > 0
    return (travel.seconds(points, points)[known] - truth[known]) / truth[known]


def test_the_usual_profile_is_neither_quick_nor_slow_on_dutch_town_roads():
    found = errors(GreatCircle())
    assert abs(np.median(found)) < 0.04
    assert np.median(np.abs(found)) < 0.17


def test_the_usual_profile_is_nearer_than_the_one_before():
    before = errors(GreatCircle(1.3, ((2, 25), (20, 80))))
    assert np.median(before) < -0.15
    assert np.median(np.abs(errors(GreatCircle()))) < np.median(np.abs(before))
