from __future__ import annotations

import json
import sys
import threading
import types
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from optimizer.errors import InvalidProblem, TravelUnavailable
from optimizer.osrm import OsrmLibrary, OsrmTable
from optimizer.travel import Location


class FakeOsrm(HTTPServer):
    """Answers tables with 100.2 s a degree of longitude, or with what `answer` holds."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.answer: bytes | None = None


class Handler(BaseHTTPRequestHandler):
    server: FakeOsrm

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = self.server.answer or json.dumps(self.table()).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def table(self) -> dict[str, object]:
        address = urlsplit(self.path)
        points = address.path.removeprefix("/table/v1/driving/").split(";")
        lon = [float(point.split(",")[0]) for point in points]
        query = parse_qs(address.query)
        rows, columns = (
            [lon[int(row)] for row in query[side][0].split(";")]
            for side in ("sources", "destinations")
        )
        durations = [[abs(a - b) * 100.2 for b in columns] for a in rows]
        return {"code": "Ok", "durations": durations}

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@pytest.fixture
def osrm() -> Iterator[FakeOsrm]:
    server = FakeOsrm()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def table_of(server: FakeOsrm) -> OsrmTable:
    return OsrmTable(f"http://127.0.0.1:{server.server_port}/", timeout=60)


def place(lon: float) -> Location:
    return Location(52, lon)


def test_seconds_are_rounded_up_and_the_same_place_takes_none(osrm):
    seconds = table_of(osrm).seconds([place(5), place(6)], [place(5), place(7)])
    assert seconds.tolist() == [[0, 201], [101, 101]]
    assert osrm.asked[0].startswith("/table/v1/driving/5.000000,52.000000;6.000000,52.000000;")


def test_a_pair_is_asked_for_once(osrm):
    table = table_of(osrm)
    table.seconds([place(5)], [place(6)])
    assert table.between(place(5), place(6)) == 101
    assert table.between(place(5), place(5)) == 0
    assert len(osrm.asked) == 1


def test_a_large_table_is_asked_for_in_parts(osrm):
    many = [place(5 + row / 1000) for row in range(120)]
    seconds = table_of(osrm).seconds(many, many[:60])
    assert seconds.shape == (120, 60)
    assert seconds[119, 0] == 12  # 0.119 x 100.2 = 11.9
    assert len(osrm.asked) == 6


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"not json", "failed"),
        (b"[]", "refused"),
        (b'{"code": "NoTable"}', "refused"),
        (b'{"code": "Ok"}', "no table"),
        (b'{"code": "Ok", "durations": [[1, 2]]}', "another size"),
        (b'{"code": "Ok", "durations": [[null]]}', "no way"),
        (b'{"code": "Ok", "durations": [[-1]]}', "no way"),
    ],
)
def test_half_an_answer_is_no_answer(osrm, answer, fault):
    osrm.answer = answer
    with pytest.raises(TravelUnavailable, match=fault):
        table_of(osrm).between(place(5), place(6))


def test_a_server_that_is_away_is_named():
    with pytest.raises(TravelUnavailable, match="failed"):
        OsrmTable("http://127.0.0.1:9", timeout=1).between(place(5), place(6))


def test_the_legs_of_a_way_are_asked_for_at_once(osrm):
    way = [place(5), place(6), place(8)]
    assert table_of(osrm).along(way) == [101, 201]
    assert len(osrm.asked) == 1


class StandInLibrary(types.ModuleType):
    """The interface of osrm-bindings 26.10, whose wheels want Python 3.12; 50.5 s a degree."""

    def __init__(self) -> None:
        super().__init__("osrm")

    class TableParameters:
        def __init__(self, coordinates, sources, destinations, annotations):
            assert annotations == ["duration"]
            self.rows = [coordinates[one] for one in sources]
            self.columns = [coordinates[one] for one in destinations]

    class OSRM:
        def __init__(self, path: str) -> None:
            if path == "missing.osrm":
                raise RuntimeError("Required files are missing")

        def Table(self, parameters):  # noqa: N802
            if any(lat > 80 for _, lat in parameters.rows):
                raise RuntimeError("NoSegment")
            columns = parameters.columns
            return {
                "durations": tuple(
                    tuple(abs(a - b) * 50.5 for b, _ in columns) for a, _ in parameters.rows
                )
            }


def test_the_library_answers_as_the_server_does(monkeypatch):
    monkeypatch.setitem(sys.modules, "osrm", StandInLibrary())
    library = OsrmLibrary("town.osrm")
    assert library.seconds([place(5), place(6)], [place(6), place(8)]).tolist() == [
        [51, 152],
        [0, 101],
    ]
    with pytest.raises(TravelUnavailable, match="OSRM failed: NoSegment"):
        library.between(Location(85, 5), place(6))
    with pytest.raises(TravelUnavailable, match="cannot read 'missing"):
        OsrmLibrary("missing.osrm")


def test_a_library_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "osrm", None)
    with pytest.raises(TravelUnavailable, match="osrm-bindings is not installed"):
        OsrmLibrary("town.osrm")


@pytest.mark.parametrize("url", ["", "file:///etc/hosts", "http://", "ftp://host"])
def test_only_http_addresses_are_asked(url):
    with pytest.raises(InvalidProblem, match="is not an http address"):
        OsrmTable(url)
