"""Thunderbird subscribes to feeds: the same moments, and no bytes at the second fetch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from portal.calendar.models import FeedKind
from tools.peers.demo_run import DemoRun
from tools.peers.home import Home
from tools.peers.judging import Calendar, Span
from tools.peers.result import Result, absent, counted
from tools.peers.thunderbird import Thunderbird, thunderbird, version
from tools.storm.portal import free_port

CHECK = "feed subscribed"
Fetches = list[tuple[str, bool, int]]  # path, asked with If-None-Match, status


class Silent(WSGIRequestHandler):
    """Writes no line for each request: the paths are secret even here."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def check_subscription(home: Home, run: DemoRun) -> Iterator[Result]:
    """Yield whether Thunderbird reads a feed of each kind, and asks again for changes only."""
    found = version()
    if not found:
        yield absent(CHECK, "thunderbird")
        return
    told = [(run.feeds[kind][0], run.calendars[f"feed, {kind.value}"][0]) for kind in FeedKind]
    with recorded(run) as (port, fetches), thunderbird(smtp_port=free_port()) as program:
        faults = [
            fault
            for path, calendar in told
            for fault in _misread(program, f"http://127.0.0.1:{port}{path}", calendar)
        ]
    peer = f"thunderbird {found}"
    yield counted(f"{CHECK}: moments", peer, faults, sum(len(one.events) for _, one in told))
    again = [(asked, status) for path, _ in told for asked, status in _later(fetches, path)]
    full = [f"{status}, If-None-Match: {asked}" for asked, status in again if status != 304]
    yield counted(f"{CHECK}: fetched again in full", peer, full, len(again))


def _misread(program: Thunderbird, address: str, calendar: Calendar) -> Iterator[str]:
    seen = program.subscribed(address, len(calendar.events))
    starts = {one["uid"]: one["start"] for one in seen}
    for uid, span in calendar.events.items():
        if starts.get(uid) != compact(span):
            yield f"{starts.get(uid)} for {compact(span)}"


def compact(span: Span) -> str:
    """Return when something begins as calendars write it, without hyphens and colons."""
    return span[0].replace("-", "").replace(":", "")


def _later(fetches: Fetches, path: str) -> list[tuple[bool, int]]:
    return [(asked, status) for where, asked, status in fetches if where == path][1:]


@contextmanager
def recorded(run: DemoRun) -> Iterator[tuple[int, Fetches]]:
    """Yield the port at which the demo is served, and what was fetched there."""
    fetches: Fetches = []
    inner: Callable[..., Iterable[bytes]] = run.app.wsgi_app

    def outer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def noting(status: str, *rest: Any) -> Any:
            asked = "HTTP_IF_NONE_MATCH" in environ
            fetches.append((environ["PATH_INFO"], asked, int(status[:3])))
            return start(status, *rest)

        return inner(environ, noting)

    server = make_server("127.0.0.1", 0, outer, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.port, fetches
    finally:
        server.shutdown()
        thread.join()
