from __future__ import annotations

import datetime
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from optimizer.__main__ import main
from optimizer.errors import InvalidInstance, UnsupportedInstance
from optimizer.instances import parsed, read
from optimizer.plan import Plan, Route
from optimizer.problem import Location, Lunch, Problem, Technician, TimeWindow, Visit
from optimizer.solve import Status, solve
from optimizer.travel import GreatCircle

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
with_data = pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")

HOME = {"lat": 52.09, "lon": 5.12}
DAY: dict[str, Any] = {
    "name": "utrecht-2027-03-16",
    "date": "2027-03-16",
    "technicians": [
        {
            "id": "t1",
            "start": HOME,
            "end": HOME,
            "shift": [28800, 59400],
            "lunch": {"seconds": 1800, "window": [41400, 46800]},
            "skills": ["gas"],
        }
    ],
    "visits": [
        {
            "id": "v1",
            "place": {"lat": 52.03, "lon": 5.08},
            "service_s": 2700,
            "windows": [[28800, 36000]],
            "skills": [],
            "optional": False,
            "prize_s": 0,
        }
    ],
    "travel": {"model": "great_circle", "detour": 1.3, "speed_kmh": [[2, 25], [20, 80]]},
    "incumbent": [{"technician": "t1", "visits": ["v1"]}],
}


def day_with(path: str, value: Any) -> str:
    """Return the day as text with one field set, or dropped when `value` is ... (Ellipsis)."""
    day: Any = deepcopy(DAY)
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    inner = day
    for key in way:
        inner = inner[key]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
    return json.dumps(day)


def test_a_day_is_read_field_by_field():
    instance = parsed(json.dumps(DAY), "file")
    shift, lunch = TimeWindow(28800, 59400), Lunch(1800, TimeWindow(41400, 46800))
    home = Location(52.09, 5.12)
    assert instance.problem == Problem(
        "utrecht-2027-03-16",
        datetime.date(2027, 3, 16),
        (Technician("t1", home, home, shift, lunch, frozenset({"gas"})),),
        (Visit("v1", Location(52.03, 5.08), 2700, (TimeWindow(28800, 36000),)),),
        GreatCircle(1.3, ((2.0, 25.0), (20.0, 80.0))),
    )
    assert instance.incumbent == Plan((Route("t1", ("v1",)),))


def test_what_may_be_absent_may_be_absent():
    day = deepcopy(DAY)
    for key in ("name", "date", "incumbent"):
        del day[key]
    del day["technicians"][0]["lunch"]
    del day["travel"]["speed_kmh"]
    instance = parsed(json.dumps(day), "from the file's name")
    assert instance.problem.name == "from the file's name"
    assert (instance.problem.date, instance.incumbent) == (None, None)
    assert instance.problem.technicians[0].lunch is None


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        ("visits.0.service_s", 0, "visits[0] 'v1': service_s must be positive"),
        ("visits.0.service_s", 1.5, "visits[0].service_s: must be a whole number, not 1.5"),
        ("visits.0.service_s", True, "visits[0].service_s: must be a whole number, not True"),
        ("visits.0.service_s", ..., "visits[0].service_s: is missing"),
        ("visits.0.windows", [], "visits[0] 'v1': windows must not be empty"),
        ("visits.0.windows", [[2, 1]], "visits[0].windows[0]: end 1 lies before start 2"),
        ("visits.0.windows", [[1]], "visits[0].windows[0]: must have 2 entries, not 1"),
        ("visits.0.windows", 7, "visits[0].windows: must be an array"),
        ("visits.0.optional", "no", "visits[0].optional: must be true or false, not 'no'"),
        ("visits.0.place", [52, 5], "visits[0].place: must be an object"),
        ("visits.0.place.lat", 99, "visits[0].place: lat 99.0, lon 5.08 is not on earth"),
        ("visits.0.place.lat", "x", "visits[0].place.lat: must be a number, not 'x'"),
        ("visits.0.id", 7, "visits[0].id: must be text, not 7"),
        ("visits.0.id", "", "visits[0] '': id must not be empty"),
        ("visits.0.pinned_technician", "t9", "visits[0] 'v1': pinned_technician 't9' is no"),
        ("technicians.0.lunch.seconds", 0, "technicians[0] 't1': seconds must be positive"),
        ("technicians.0.shift", [50000, 59400], "technicians[0] 't1': lunch.window ends before"),
        ("date", "16 March", "date: must be a date like 2027-03-16"),
        ("travel.model", "crow", "travel.model: must be great_circle, matrix or osrm"),
        ("travel.detour", 0.5, "travel: detour must be 1 or more"),
        ("travel.speed_kmh", [], "travel: speed_kmh must not be empty"),
        ("incumbent.0.visits", ..., "incumbent[0].visits: is missing"),
        ("visits", [DAY["visits"][0]] * 2, "visits[1] 'v1': id is taken by visits[0]"),
    ],
)
def test_a_fault_names_its_field(path, value, fault):
    with pytest.raises(InvalidInstance) as caught:
        read_text(day_with(path, value))
    assert str(caught.value).startswith(f"day.json: {fault}")


def read_text(text: str) -> object:
    """Read a text as if it stood in day.json."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.json"
        path.write_text(text, encoding="utf-8")
        return read(path)


MATRIX = {"model": "matrix", "order": ["v1", "t1"], "seconds": [[0, 600], [700, 0]]}


def test_a_matrix_goes_by_the_order_it_names():
    problem = parsed(day_with("travel", MATRIX), "file").problem
    home, door = problem.technicians[0].start, problem.visits[0].place
    assert (problem.travel.between(door, home), problem.travel.between(home, door)) == (600, 700)
    two_ends = {"model": "matrix", "order": ["v1", "t1.start", "t1.end"]}
    seconds = [[0, 600, 600], [700, 0, 0], [700, 0, 0]]
    same = parsed(day_with("travel", {**two_ends, "seconds": seconds}), "file").problem
    assert same.travel.between(door, home) == 600


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"order": ["v1", "v2"]}, "travel.order[1]: 'v2' is no visit"),
        ({"order": ["v1"], "seconds": [[0]]}, "travel.order: lacks 't1'"),
        ({"seconds": [[0, 600]]}, "travel.seconds: must have 2 entries, not 1"),
        ({"seconds": [[0], [700, 0]]}, "travel.seconds: must have 2 entries in every row"),
        ({"seconds": [[0, -1], [700, 0]]}, "travel: seconds must not be negative"),
        ({"seconds": [[0, "x"], [700, 0]]}, "travel.seconds[0][1]: must be a whole number"),
    ],
)
def test_a_matrix_that_does_not_cover_the_day_is_refused(change, fault):
    with pytest.raises(InvalidInstance) as caught:
        read_text(day_with("travel", {**MATRIX, **change}))
    assert str(caught.value).startswith(f"day.json: {fault}")


@pytest.mark.parametrize("text", ["", "{", '{"a": 1', "[1]", "\x00", "hello\nworld", "{" * 9999])
def test_rubbish_is_refused_by_name(text):
    with pytest.raises(InvalidInstance, match=r"day\.json"):
        read_text(text)


SOLOMON = """TINY

VEHICLE
NUMBER     CAPACITY
  2         15

CUSTOMER
CUST NO.  XCOORD.   YCOORD.    DEMAND   READY TIME  DUE DATE   SERVICE   TIME

    0      0         0          0          0       100          0
    1      3         4         10          0        50         10
    2      0         2         10          0        50         10
"""


def test_solomon_text_is_read_in_tenths():
    problem = parsed(SOLOMON, "file").problem
    one = problem.visits[0]
    assert (problem.name, len(problem.technicians)) == ("TINY", 2)
    assert (one.service_s, one.windows, one.load) == (100, (TimeWindow(0, 500),), 10)
    assert problem.travel.between(problem.technicians[0].start, one.place) == 50
    # 10 + 10 > 15: two routes; 2 x 5.0 + 2 x 2.0 in tenths
    assert solve(problem, None, seconds=0.1, seed=1).travel_s == 140


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  2         15", "  2", "line 5: expected 2 numbers, found 1"),
        ("    1      3 ", "    1      x ", "line 11: 'x' is not a number"),
        (
            "        50         10\n    2",
            "        50\n    2",
            "line 11: expected 7 numbers, found 6",
        ),
        ("VEHICLE", "VEHICLES", "line 1: neither a day"),
        (
            "  50         10\n    2",
            "  50         0\n    2",
            "visit '1': service_s must be positive",
        ),
    ],
)
def test_a_fault_in_solomon_text_names_its_line(old, new, fault):
    with pytest.raises(InvalidInstance) as caught:
        read_text(SOLOMON.replace(old, new))
    assert str(caught.value).startswith(f"day.json: {fault}")


VRPLIB = """NAME : tiny
COMMENT : two customers
TYPE : CVRP
DIMENSION : 3
EDGE_WEIGHT_TYPE : EUC_2D
CAPACITY : 15
NODE_COORD_SECTION
1 0 0
2 3 4
3 0 2
DEMAND_SECTION
1 0
2 10
3 10
DEPOT_SECTION
1
-1
EOF
"""


def test_vrplib_has_no_clock_and_whole_distances():
    problem = parsed(VRPLIB, "file").problem
    assert len(problem.technicians) == 2
    assert solve(problem, None, seconds=0.1, seed=1).travel_s == 14


def test_vrplib_may_hold_windows_and_a_matrix():
    text = VRPLIB.replace("CVRP", "VRPTW\nVEHICLES : 1\nSERVICE_TIME : 5")
    text = text.replace("EUC_2D", "EXPLICIT\nEDGE_WEIGHT_FORMAT : FULL_MATRIX")
    matrix = "EDGE_WEIGHT_SECTION\n0 5 2\n5 0 4\n2 4 0\n"
    windows = "TIME_WINDOW_SECTION\n1 0 100\n2 0 5\n3 0 50\n"
    text = text.replace("DEPOT_SECTION", matrix + windows + "DEPOT_SECTION")
    text = text.replace("CAPACITY : 15", "CAPACITY : 20")
    problem = parsed(text, "file").problem
    assert len(problem.technicians) == 1
    assert problem.visits[0].windows == (TimeWindow(0, 5),)
    assert solve(problem, None, seconds=0.1, seed=1).plan == Plan((Route("t1", ("1", "2")),))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("CVRP", "HCVRP", "TYPE: HCVRP is not planned here"),
        ("EUC_2D", "GEO", "EDGE_WEIGHT_TYPE: GEO is not planned here"),
        ("1\n-1", "1\n2\n-1", "DEPOT_SECTION: only one depot"),
    ],
)
def test_what_vrplib_asks_beyond_us_is_refused_as_such(old, new, fault):
    with pytest.raises(UnsupportedInstance, match=fault):
        read_text(VRPLIB.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("CAPACITY : 15\n", "", "CAPACITY: is missing"),
        ("2 10\n3 10\n", "2 10\n", "DEMAND_SECTION: has no row 3"),
        ("2 3 4\n", "2 3\n", "line 9: expected 3 numbers, found 2"),
        ("NAME : tiny", "tiny", "line 1: expected NAME : VALUE or a section"),
        ("DIMENSION : 3", "DIMENSION : x", "line 4: 'x' is not a number"),
        ("DEMAND_SECTION", "DEMANDS_SECTION", "DEMAND_SECTION: is missing"),
    ],
)
def test_a_fault_in_vrplib_names_line_or_section(old, new, fault):
    with pytest.raises(InvalidInstance) as caught:
        read_text(VRPLIB.replace(old, new))
    assert str(caught.value).startswith(f"day.json: {fault}")


@with_data
@pytest.mark.parametrize("name", ["C101", "R105", "RC208"])
def test_solomon_files_are_read_whole(name):
    problem = read(SHARED / "vrptw" / "solomon" / f"{name}.txt").problem
    assert len(problem.visits) == 100
    solution = solve(problem, None, seconds=0.5, seed=1)
    assert solution.status in (Status.GAP, Status.PROVEN, Status.INFEASIBLE)


@pytest.fixture
def day_file(tmp_path: Path) -> Path:
    path = tmp_path / "day.json"
    path.write_text(json.dumps(DAY), encoding="utf-8")
    return path


def test_the_command_prints_json_in_the_agreed_fields(day_file, capsys):
    assert main([str(day_file), "--seconds", "0.1", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    fields = {"status", "travel_s", "lower_bound_s", "gap", "unserved", "violations", "seconds"}
    assert fields | {"name", "routes"} == set(result)
    (route,) = result["routes"]
    assert route["technician"] == "t1"
    assert set(route["stops"][0]) == {"visit", "arrive", "begin", "leave"}
    assert result["status"] == "proven"


def test_the_command_tells_people_in_lines(day_file, capsys):
    assert main([str(day_file), "--seconds", "0.1"]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("utrecht-2027-03-16: proven")
    assert last.strip().startswith("t1 08:00-")


def test_a_promise_that_is_not_kept_is_exit_code_1(tmp_path, capsys):
    path = tmp_path / "day.json"
    path.write_text(day_with("visits.0.skills", ["heat pump"]), encoding="utf-8")
    assert main([str(path), "--seconds", "0.1"]) == 1
    assert "wrong: visit v1 is not served" in capsys.readouterr().out


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan"])
def test_a_wrong_command_is_exit_code_2(day_file, seconds):
    with pytest.raises(SystemExit) as ended:
        main([str(day_file), "--seconds", seconds])
    assert ended.value.code == 2


def test_a_file_that_is_not_there_is_exit_code_2(tmp_path, capsys):
    assert main([str(tmp_path / "nothing.json")]) == 2
    assert "nothing.json: cannot be read" in capsys.readouterr().err
