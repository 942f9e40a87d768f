"""How long customers wait: the page with windows and the booking, over HTTP on the demo.

`python -m benchmarks.pages` loads the demo into a folder of its own, lets invited customers book
one after another at random windows, and prints medians beside what an empty answer costs here.
With `--silent-mail` every round is run twice, with and without a mail server that never answers,
in turns, so that what the machine does meanwhile falls on both sides alike.
"""

from __future__ import annotations

import argparse
import random
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from urllib.request import urlopen

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from pydantic import SecretStr

from benchmarks.facts import machine, table
from portal import clock
from portal.application import create_app
from portal.booking.links import token_of
from portal.booking.models import Appointment, Invitation
from portal.booking.offering.offers import offer_for
from portal.database import db
from portal.demo.load import load_demo
from portal.jobs import start_in_process
from portal.settings import Settings
from tools.walkthrough.browser import book, serving
from tools.walkthrough.tally import Tally


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--bookings", type=int, default=60)
    parser.add_argument("--silent-mail", action="store_true", help="also beside a silent server")
    parser.add_argument("--rounds", type=int, default=1, help="how often, with fresh demos")
    options = parser.parse_args()
    print(machine())
    times: dict[str, list[float]] = {}
    with silent_server() as smtp_url:
        for number in range(options.rounds):
            measure(times, "", options.bookings, None, seed=number)
            if options.silent_mail:
                measure(times, ", mail server silent", options.bookings, smtp_url, seed=number)
    print(table(["what", "n", "p50", "p95"], [row(*measured) for measured in times.items()]))


def measure(
    times: dict[str, list[float]], circumstance: str, wanted: int, smtp_url: str | None, seed: int
) -> None:
    """Add what one round takes in milliseconds; with a mail server, jobs send to it meanwhile."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        secret = SecretStr(smtp_url) if smtp_url is not None else None
        settings = Settings(data_dir=Path(folder), demo=True, log_level="ERROR", SMTP_URL=secret)
        app = create_app(settings)
        app.config["RATELIMIT_ENABLED"] = False
        with app.app_context():
            upgrade(directory="migrations")
            load_demo(clock.now())
            links = links_with_choice(str(app.config["SECRET_KEY"]))
        tally = Tally()
        with serving(app) as base_url, sending(app):
            empty = [milliseconds(f"{base_url}/healthz") for _ in range(wanted)]
            book(base_url, links, wanted, random.Random(seed), tally)
    print(f"booked {tally.booked}, refused {tally.refused}{circumstance}", flush=True)
    for what, taken in (
        ("GET /healthz", empty),
        ("GET page with all windows", tally.page_ms),
        ("POST booking and the page after it", tally.post_ms),
    ):
        times.setdefault(what + circumstance, []).extend(taken)


@contextmanager
def sending(app: Flask) -> Iterator[None]:
    """Let the jobs run beside the requests, as in a small office."""
    consumer = start_in_process(app)
    try:
        yield
    finally:
        consumer.stop(graceful=False)


@contextmanager
def silent_server() -> Iterator[str]:
    """Yield the address of a mail server that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"


def links_with_choice(signing_key: str) -> list[str]:
    """Return the personal links of customers who were invited and have something to choose."""
    session = db.session()
    taken = set(session.scalars(sa.select(Appointment.visit_id)))
    invited = session.scalars(sa.select(Invitation).order_by(Invitation.id)).all()
    return [
        f"/a/{token_of(one, signing_key)}"
        for one in invited
        if one.visit_id not in taken and not offer_for(session, one.visit, clock.now()).is_empty
    ]


def milliseconds(address: str) -> float:
    """Return how long one answer took."""
    started = perf_counter()
    with urlopen(address, timeout=60) as answer:
        answer.read()
    return (perf_counter() - started) * 1000


def row(name: str, values: list[float]) -> list[str]:
    """Return a line of the table."""
    cuts = quantiles(values, n=20)
    return [name, str(len(values)), f"{cuts[9]:.1f} ms", f"{cuts[18]:.1f} ms"]


if __name__ == "__main__":
    main()
