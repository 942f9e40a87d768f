"""Calendar servers on this machine: our files put, changed, and found again by time.

A `time-range` REPORT makes the server work out the moments itself: an event must be found in its
own two hours, and neither in the hour before nor in the hour after. Every date has a calendar of
its own: Xandikos 0.4 answers later questions to one from an index that has lost the zones.
"""

from __future__ import annotations

import http.client
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portal.calendar.invite import CalendarEvent, publish
from portal.calendar.zone import AMSTERDAM
from tests.calendar.events import make_event
from tools.peers.home import Home, PeerBroke
from tools.peers.result import Demand, Result, absent, counted
from tools.peers.times import NEAR, with_library_zone
from tools.storm.portal import free_port

START_S = 60.0
HOUR = timedelta(hours=1)
FILE = "visit.ics"
QUERY = """<?xml version="1.0"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:prop><D:getetag/></D:prop><C:filter><C:comp-filter name="VCALENDAR">
<C:comp-filter name="VEVENT"><C:time-range start="{start}" end="{end}"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""


@dataclass(frozen=True, slots=True)
class Served:
    """A server that runs, and the path under which it keeps calendars."""

    port: int
    home: str

    def ask(
        self, method: str, path: str = "", body: bytes = b"", **headers: str
    ) -> tuple[int, str, str]:
        """Return status, ETag and text of one request."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            named = {key.replace("_", "-"): value for key, value in headers.items()}
            named["Authorization"] = "Basic dXNlcjp1c2Vy"  # user:user, whom nobody checks
            line.request(method, self.home + path, body, named)
            answer = line.getresponse()
            return answer.status, answer.getheader("ETag") or "", answer.read().decode()
        finally:
            line.close()

    def put(self, path: str, ics: bytes, **headers: str) -> tuple[int, str, str]:
        """Store a file."""
        return self.ask("PUT", path, ics, Content_Type="text/calendar; charset=utf-8", **headers)

    def found(self, calendar: str, start: datetime, end: datetime) -> bool:
        """Return whether a calendar has an event between two moments."""
        query = QUERY.format(start=f"{start:%Y%m%dT%H%M%SZ}", end=f"{end:%Y%m%dT%H%M%SZ}")
        said = self.ask(
            "REPORT", calendar, query.encode(), Content_Type="application/xml", Depth="1"
        )
        return f"/{FILE}</" in said[2]


def radicale(home: Home, folder: Path, port: int) -> list[str]:
    """Return the command that starts Radicale."""
    return [
        str(home.program("radicale")), "--config", "", "--auth-type", "none",
        "--storage-filesystem-folder", str(folder), "--hosts", f"127.0.0.1:{port}",
    ]  # fmt: skip


def xandikos(home: Home, folder: Path, port: int) -> list[str]:
    """Return the command that starts Xandikos."""
    return [
        str(home.program("xandikos")), "serve", "--directory", str(folder), "--defaults",
        "--current-user-principal", "/user/", "--state-dir", str(folder / "state"),
        "--listen-address", "127.0.0.1", "--port", str(port),
    ]  # fmt: skip


SERVERS: Mapping[str, tuple[Callable[[Home, Path, int], list[str]], str]] = {
    "radicale": (radicale, "/user/"),
    "xandikos": (xandikos, "/user/calendars/"),
}


def check_servers(home: Home) -> Iterator[Result]:
    """Yield what each server makes of the ten dates: kept, guarded, found at the right time."""
    versions = home.versions(*SERVERS)
    for name in SERVERS:
        if not versions[name]:
            yield absent("CalDAV", name)
            continue
        peer = f"{name} {versions[name]}"
        with served(home, name) as server:
            yield from _judged(server, peer, [*_dated()])
        with served(home, name) as server:  # fresh: Radicale's vobject keeps the first zone it read
            yield _control(server, name, peer, [*_dated()])


@contextmanager
def served(home: Home, name: str) -> Iterator[Served]:
    """Yield a server without calendars; it ends with the block. Raises PeerBroke."""
    command, path = SERVERS[name]
    with tempfile.TemporaryDirectory(prefix="tv-peers-") as folder:
        port = free_port()
        with (Path(folder) / "server.log").open("wb") as log:
            process = subprocess.Popen(
                command(home, Path(folder) / "data", port), stdout=log, stderr=log
            )
        try:
            server = Served(port, path)
            _until_ready(server, process, Path(folder) / "server.log")
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def _until_ready(server: Served, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            server.ask("OPTIONS")
            return
        except OSError:
            time.sleep(0.1)
    raise PeerBroke(log.read_text()[-400:])


def _dated() -> Iterator[tuple[CalendarEvent, datetime, datetime]]:
    """Yield an event for each date, with its moments as they must be found."""
    for number, (local, utc) in enumerate(NEAR):
        length = timedelta(hours=2 if local[3] else 1)
        start = datetime(*local, tzinfo=AMSTERDAM)
        end = start + length  # on the local clock
        event = make_event(uid=f"date-{number}", start=start, end=end)
        right = datetime(*utc, tzinfo=UTC)
        yield event, right, right + length


Dated = list[tuple[CalendarEvent, datetime, datetime]]


def _judged(server: Served, peer: str, dated: Dated) -> Iterator[Result]:
    for event, _, _ in dated:
        server.ask("MKCALENDAR", f"{event.uid}/")
    faults = [fault for event, *_ in dated for fault in _guarded(server, event)]
    yield counted("CalDAV: kept, and If-Match guarded", peer, faults, 5 * len(dated))
    faults = [fault for one in dated for fault in _misplaced(server, *one)]
    yield counted("CalDAV: time-range REPORT", peer, faults, 3 * len(dated))


def _control(server: Served, name: str, peer: str, dated: Dated) -> Result:
    for event, _, _ in dated:
        server.ask("MKCALENDAR", f"{event.uid}/")
        theirs = with_library_zone(publish(event).decode()).encode()
        server.put(f"{event.uid}/{FILE}", theirs)
    faults = [fault for one in dated for fault in _misplaced(server, *one)]
    demand = Demand.SOME if name == "radicale" else Demand.NOTHING
    return counted("… control: the library's zone", peer, faults, 3 * len(dated), demand)


def _guarded(server: Served, event: CalendarEvent) -> Iterator[str]:
    """Put a file, and again with right and wrong conditions; yield what was answered wrongly."""
    path, ics = f"{event.uid}/{FILE}", publish(event)
    moved = publish(make_event(uid=event.uid, sequence=1, start=event.start, end=event.end))
    status, tag, _ = server.put(path, ics, If_None_Match="*")
    yield from _unless(status in (201, 204), f"PUT: {status}")
    yield from _refused(server.put(path, moved, If_None_Match="*"), "second PUT")
    yield from _refused(server.put(path, moved, If_Match='"another"'), "PUT over another version")
    tag = tag or server.ask("GET", path)[1]
    status, _, _ = server.put(path, moved, If_Match=tag)
    yield from _unless(status in (200, 201, 204), f"PUT over the right version: {status}")
    kept = server.ask("GET", path)[2]
    yield from _unless("SEQUENCE:1" in kept and "RRULE" in kept, "kept something else")


def _refused(answer: tuple[int, str, str], what: str) -> Iterator[str]:
    return _unless(answer[0] == 412, f"{what}: {answer[0]}")


def _unless(holds: bool, fault: str) -> Iterator[str]:
    if not holds:
        yield fault


def _misplaced(
    server: Served, event: CalendarEvent, start: datetime, end: datetime
) -> Iterator[str]:
    """Yield where an event is not found, or found and should not be."""
    for since, until, is_there in (
        (start, end, True),
        (start - HOUR, start, False),
        (end, end + HOUR, False),
    ):
        if server.found(f"{event.uid}/", since, until) is not is_there:
            yield f"{event.uid} {'not ' if is_there else ''}found from {since:%F %R} to {until:%R}"
