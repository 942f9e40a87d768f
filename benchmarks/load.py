"""The page with windows under a steady load, with few and with many customers in the database.

`python -m benchmarks.load` makes a branch of 30 technicians with 30 working days filled to 70 %,
starts gunicorn with two workers, and asks for personal pages at a fixed rate. A time counts from
the moment at which the request was due, so that a slow answer is not hidden by those that wait.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

from flask import Flask
from flask_migrate import upgrade
from pydantic import SecretStr

from benchmarks.facts import machine, table
from benchmarks.full_branch import Size, add_boilers, fill_days, invite_some, make_branch
from portal import clock
from portal.application import create_app
from portal.booking.links import token_of
from portal.booking.models import Invitation
from portal.database import db
from portal.planning.policy import first_choosable_on
from portal.settings import Settings

SECRET = "only-for-this-benchmark-" * 3
INVITED = 300
PAGES = {"right after the start": "", "all windows": "?all=1", "first windows": ""}
Measured = tuple[list[float], Counter[int]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--boilers", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long, per size")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    print(machine())
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for boilers, links in branches(Path(folder), sorted(options.boilers)):
            with serving(Path(folder), options.workers) as port:
                for page, query in PAGES.items():
                    asked = [link + query for link in links]
                    ask(port, asked, options.rate, 3.0)
                    times, statuses = ask(port, asked, options.rate, options.seconds)
                    rows.append([f"{boilers:,}", page, *row_of(times), said(statuses)])
                idle, statuses = ask(port, ["/healthz"], options.rate, 5.0)
                rows.append([f"{boilers:,}", "empty answer", *row_of(idle), said(statuses)])
    heads = ["boilers", "page", "requests", "p50", "p95", "p99", "worst", "answers"]
    print(table(heads, rows))


def branches(folder: Path, sizes: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
    """Yield each number of boilers with the links of invited customers, in one growing database.

    With too few customers to fill the days, seven of ten have a promise.
    """
    settings = Settings(data_dir=folder, secret_key=SecretStr(SECRET), log_level="ERROR")
    app, rng = create_app(settings), random.Random(1)
    with app.app_context():
        now = clock.now()
        upgrade(directory="migrations")
        full = Size()
        workdays = make_branch(now, full, rng)
    for boilers in sizes:
        with app.app_context():
            add_boilers(boilers, first_choosable_on(now), rng)
            share = min(full.fill, 0.7 * boilers / (full.promises_a_day * full.days) * full.fill)
            stops = fill_days(workdays, Size(fill=share), rng)
            print(f"{boilers:,} boilers, {stops:,} promises", file=sys.stderr)
            yield boilers, links_of(invite_some(INVITED, now), app)


def links_of(invitation_ids: Sequence[int], app: Flask) -> list[str]:
    """Return the paths of the personal pages."""
    key = str(app.config["SECRET_KEY"])
    found = [db.session.get_one(Invitation, one) for one in invitation_ids]
    return [f"/a/{token_of(one, key)}" for one in found]


@contextmanager
def serving(folder: Path, workers: int) -> Iterator[int]:
    """Yield the port of a running portal with so many worker processes."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"DATA_DIR": folder, "SECRET_KEY": SECRET, "PORT": port, "WORKERS": workers,
                "JOBS": "separate", "LOG_LEVEL": "ERROR"}  # fmt: skip
    environment = {f"TIJDVENSTER_{name}": str(value) for name, value in settings.items()}
    server = [sys.executable, "-m", "gunicorn", "-c", "tools/gunicorn_conf.py", "wsgi:app"]
    process = subprocess.Popen(server, env={**os.environ, **environment})
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def wait_for(port: int) -> None:
    """Return when the portal answers."""
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the portal did not start")


def ask(port: int, links: Sequence[str], rate: float, seconds: float) -> Measured:
    """Ask for random links at a fixed rate; return milliseconds since each was due."""
    rng = random.Random(2)
    lines = threading.local()
    times: list[float] = []
    statuses: Counter[int] = Counter()
    started = time.perf_counter() + 0.1

    def one(number: int, link: str) -> None:
        due = started + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        if not hasattr(lines, "connection"):
            lines.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        lines.connection.request("GET", link)
        answer = lines.connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - due) * 1000)
        statuses[answer.status] += 1

    with ThreadPoolExecutor(32) as pool:
        for number in range(int(rate * seconds)):
            pool.submit(one, number, rng.choice(links))
    return times, statuses


def row_of(times: list[float]) -> list[str]:
    """Return how many there were, and the usual percentiles."""
    cuts = quantiles(times, n=100)
    return [str(len(times)), *(f"{ms:.1f} ms" for ms in (cuts[49], cuts[94], cuts[98], max(times)))]


def said(statuses: Counter[int]) -> str:
    """Return how often each status was answered."""
    return ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items()))


if __name__ == "__main__":
    main()
