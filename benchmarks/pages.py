"""How long customers wait: the page with windows and the booking, over HTTP on the demo.

`python -m benchmarks.pages` loads the demo into a folder of its own, lets invited customers book
one after another at random windows, and prints medians beside what an empty answer costs here.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from urllib.request import urlopen

import sqlalchemy as sa
from flask_migrate import upgrade

from portal import clock
from portal.application import create_app
from portal.booking.links import token_of
from portal.booking.models import Appointment, Invitation
from portal.booking.offers import offer_for
from portal.database import db
from portal.demo.load import load_demo
from portal.settings import Settings
from tools.walkthrough.browser import book, serving
from tools.walkthrough.tally import Tally


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("--bookings", type=int, default=60)
    wanted = parser.parse_args().bookings
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), demo=True, log_level="ERROR", jobs="separate")
        app = create_app(settings)
        app.config["RATELIMIT_ENABLED"] = False
        with app.app_context():
            upgrade(directory="migrations")
            load_demo(clock.now())
            links = links_with_choice(str(app.config["SECRET_KEY"]))
        tally = Tally()
        with serving(app) as base_url:
            empty = [milliseconds(f"{base_url}/healthz") for _ in range(wanted)]
            book(base_url, links, wanted, random.Random(1), tally)
        print(f"| what | n | p50 | p95 |\n| --- | --- | --- | --- |\n{row('GET /healthz', empty)}")
        print(row("GET page with all windows", tally.page_ms))
        print(row("POST booking and the page after it", tally.post_ms))
        print(f"\nbooked {tally.booked}, refused {tally.refused}")


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


def row(name: str, values: list[float]) -> str:
    """Return a line of the table."""
    cuts = quantiles(values, n=20)
    return f"| {name} | {len(values)} | {cuts[9]:.1f} ms | {cuts[18]:.1f} ms |"


if __name__ == "__main__":
    main()
