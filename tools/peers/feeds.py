"""Feeds as calendars fetch them: built twice, asked for again, and taken over by vdirsyncer."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from portal.calendar.models import FeedKind
from tools.peers.demo_run import DemoRun, environment
from tools.peers.home import Home
from tools.peers.judging import Calendar
from tools.peers.result import Result, absent, counted
from tools.storm.portal import free_port, until_ready

SYNCED = 5  # feeds of each kind that vdirsyncer takes over
SYNC_S = 300.0
PAIR = """
[pair p{number}]
a = "remote{number}"
b = "local{number}"
collections = null
conflict_resolution = "a wins"
[storage remote{number}]
type = "http"
url = "{url}"
[storage local{number}]
type = "filesystem"
path = "{folder}"
fileext = ".ics"
"""
Feeds = list[tuple[str, Calendar]]


def check_feeds(home: Home, run: DemoRun) -> Iterator[Result]:
    """Yield whether a second process builds equal bytes, says 304, and is read by vdirsyncer."""
    told = [*_told(run)]
    with served(run) as port:
        answers = [fetch(port, path) for path, _ in told]
        differing = [
            path[:10]
            for (path, built), (status, _, text) in zip(told, answers, strict=True)
            if status != 200 or text != built.text
        ]
        yield counted("feeds: equal bytes from another process", "http", differing, len(told))
        again = [
            f"{status} for {path[:10]}"
            for (path, _), (_, tag, _) in zip(told, answers, strict=True)
            if (status := fetch(port, path, tag)[0]) != 304
        ]
        yield counted("feeds: 304 when unchanged", "http", again, len(told))
        yield from _synced(home, port, [*_told(run, SYNCED)])


def _told(run: DemoRun, most: int | None = None) -> Iterator[tuple[str, Calendar]]:
    """Yield the path of each feed with what it tells, at most so many of a kind."""
    for kind in FeedKind:
        paths, calendars = run.feeds[kind], run.calendars[f"feed, {kind.value}"]
        yield from zip(paths[:most], calendars[:most], strict=True)


@contextmanager
def served(run: DemoRun) -> Iterator[int]:
    """Yield the port at which another process serves the demo; it ends with the block."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "tools/gunicorn_conf.py", "wsgi:app"]
    process = subprocess.Popen(
        command,
        env={**environment(run.folder), "TIJDVENSTER_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until_ready(f"http://127.0.0.1:{port}")
        yield port
    finally:
        process.terminate()
        process.wait(timeout=60)


def fetch(port: int, path: str, tag: str = "") -> tuple[int, str, str]:
    """Return status, ETag and text of a feed; with an ETag as a calendar that has it asks."""
    line = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request("GET", path, headers={"If-None-Match": tag} if tag else {})
        answer = line.getresponse()
        return answer.status, answer.getheader("ETag") or "", answer.read().decode()
    finally:
        line.close()


def _synced(home: Home, port: int, told: Feeds) -> Iterator[Result]:
    version = home.versions("vdirsyncer")["vdirsyncer"]
    if not version:
        yield absent("feeds: taken over", "vdirsyncer")
        return
    peer = f"vdirsyncer {version}"
    with tempfile.TemporaryDirectory(prefix="tv-peers-") as name:
        folder = Path(name)
        config = _configured(folder, port, [path for path, _ in told])
        program = [str(home.program("vdirsyncer")), "-c", str(config)]
        said = "".join(_run([*program, step]) for step in ("discover", "sync"))
        first = _kept(folder)
        missing = [
            f"{len(first[number])} of {len(calendar.events)}: {said[-200:]}"
            for number, (_, calendar) in enumerate(told)
            if len(first[number]) != len(calendar.events)
        ]
        yield counted("feeds: taken over", peer, missing, len(told))
        _run([*program, "sync"])
        second = _kept(folder)
        changed = [f"feed {number}" for number in first if first[number] != second[number]]
        yield counted("feeds: no change seen at the second time", peer, changed, len(told))


def _configured(folder: Path, port: int, paths: list[str]) -> Path:
    pairs = [f'[general]\nstatus_path = "{folder / "status"}"\n']
    for number, path in enumerate(paths):
        kept = folder / str(number)
        kept.mkdir()
        url = f"http://127.0.0.1:{port}{path}"
        pairs.append(PAIR.format(number=number, url=url, folder=kept))
    config = folder / "config"
    config.write_text("".join(pairs))
    return config


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=SYNC_S, check=False)
    return done.stderr if done.returncode else ""


def _kept(folder: Path) -> Mapping[int, dict[str, int]]:
    """Return for each feed its files, with the moment at which each was written."""
    return {
        int(place.name): {file.name: file.stat().st_mtime_ns for file in place.glob("*.ics")}
        for place in folder.iterdir()
        if place.name.isdigit()
    }
