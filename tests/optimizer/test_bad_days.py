"""Days that cannot be kept, or hardly are days: every fault is told, nothing is dropped."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from optimizer.__main__ import INTERRUPTED, main
from tests.optimizer.test_instances import DAY, day_with

ROOT = Path(__file__).resolve().parents[2]
LATE = {**DAY["visits"][0], "id": "late", "windows": [[28800, 28800]]}
FAR = {"lat": 61.1, "lon": 5.12}  # a million metres to the north


def planned(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, Any]:
    """Return exit code and result of the command for a day."""
    path = folder / "day.json"
    path.write_text(text, encoding="utf-8")
    code = main([str(path), "--seconds", "0.1", "--json"])
    printed = capsys.readouterr()
    return code, json.loads(printed.out) if printed.out else printed.err


def test_a_promise_that_the_given_plan_breaks_already_is_told_and_stays_in_the_list(
    tmp_path, capsys
):
    day = deepcopy(DAY)
    day["visits"].append(LATE)
    day["incumbent"] = [{"technician": "t1", "visits": ["v1", "late"]}]
    code, result = planned(tmp_path, json.dumps(day), capsys)
    assert (code, result["status"]) == (1, "infeasible")
    assert result["unserved"] == ["late"]
    assert [one["ids"] for one in result["violations"]] == [["late"]]
    assert [stop["visit"] for route in result["routes"] for stop in route["stops"]] == ["v1"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("visits.0.place", FAR),  # a day's drive away
        ("visits.0.windows", [[0, 3600], [80000, 86399]]),  # nobody works then
        ("visits.0.windows", [[28800, 28800]]),  # nobody can be there so soon
        ("visits.0.service_s", 40000),  # longer than any shift
        ("visits.0.skills", ["heat pump"]),
        ("technicians.0.shift", [36000, 36000]),  # a shift of no length
        ("technicians.0.shift", [0, 20000]),  # over before the window opens
        ("technicians.0.lunch", {"seconds": 40000, "window": [28800, 29400]}),  # all day
        ("technicians", []),
        ("travel", {"model": "matrix", "order": ["v1", "t1"], "seconds": [[0, 10**9], [10**9, 0]]}),
    ],
)
def test_a_promise_that_nobody_can_keep_is_named_and_never_dropped(tmp_path, capsys, path, value):
    day = json.loads(day_with(path, value))
    day["incumbent"] = [one for one in day["incumbent"] if day["technicians"]]
    code, result = planned(tmp_path, json.dumps(day), capsys)
    assert (code, result["status"], result["unserved"]) == (1, "infeasible", ["v1"])
    assert [one["ids"] for one in result["violations"]] == [["v1"]]
    assert (result["lower_bound_s"], result["gap"]) == (None, None)


def test_windows_that_overlap_are_as_good_as_one(tmp_path, capsys):
    code, result = planned(
        tmp_path, day_with("visits.0.windows", [[30000, 36000], [28800, 31000]]), capsys
    )
    assert (code, result["status"]) == (0, "proven")


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("visits.0.windows", [[36000, 28800]], "visits[0].windows[0]: end 28800 lies before start"),
        ("technicians.0.shift", ..., "technicians[0].shift: is missing"),
        ("technicians.0.shift", None, "technicians[0].shift: is missing"),
        ("technicians.0.shift", [59400, 28800], "technicians[0].shift: end 28800 lies before"),
        ("technicians.0.start", ..., "technicians[0].start: is missing"),
        (
            "travel",
            {"model": "matrix", "order": ["v1", "t1"], "seconds": [[0, None], [1, 0]]},
            "travel.seconds[0][1]: must be a whole number, not None",
        ),
        (
            "travel",
            {"model": "matrix", "order": ["v1", "t1"], "seconds": [[0, 10**12], [1, 0]]},
            "travel: seconds must not be above 1000000000",
        ),
        ("incumbent.0.technician", "t9", "incumbent[0].technician: the problem has no technician"),
        ("incumbent.0.visits.0", "v9", "incumbent[0].visits[0]: the problem has no visit"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(tmp_path, capsys, path, value, fault):
    code, told = planned(tmp_path, day_with(path, value), capsys)
    assert code == 2
    assert f"day.json: {fault}" in told


def test_a_day_without_visits_is_kept(tmp_path, capsys):
    day = {**DAY, "visits": [], "incumbent": []}
    code, result = planned(tmp_path, json.dumps(day), capsys)
    assert (code, result["status"], result["routes"]) == (0, "proven", [])
    code, result = planned(tmp_path, json.dumps({**day, "technicians": []}), capsys)
    assert (code, result["travel_s"]) == (0, 0)


def test_a_million_metres_between_stops_is_driven_where_the_shift_allows(tmp_path, capsys):
    day = deepcopy(DAY)
    day["visits"][0] |= {"place": FAR, "windows": [[100_000, 200_000]]}
    day["technicians"][0] |= {"shift": [0, 400_000], "lunch": None}
    code, result = planned(tmp_path, json.dumps(day), capsys)
    assert (code, result["status"]) == (0, "proven")
    assert result["travel_s"] > 2 * 1_000_000 / 36  # at 130 km/h


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_leaves_no_half_result(tmp_path, how):
    day = deepcopy(DAY)
    day["visits"] = [{**day["visits"][0], "id": f"v{n}", "service_s": 600} for n in range(12)]
    path = tmp_path / "day.json"
    path.write_text(json.dumps(day), encoding="utf-8")
    command = [sys.executable, "-m", "optimizer", str(path), "--seconds", "60", "--json"]
    run = subprocess.Popen(
        [*command, "--no-bound"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    time.sleep(0.8)
    run.send_signal(how)
    out, told = run.communicate(timeout=120)
    assert out == b""
    assert run.returncode in (INTERRUPTED, -how)
    if run.returncode == INTERRUPTED:
        assert told.endswith(b"optimizer: interrupted, no result\n")
