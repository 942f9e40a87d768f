"""Can the time of an answer tell whether an appointment, a code or a mail address exists?

Pairs of requests, one about something known and one about something unknown, in random order, to
the portal in this process on a database with many customers. The figure is the AUC of the best
classifier that looks at one time only: 0.5 is a coin, 1.0 always knows (Mann-Whitney); once by the
clock on the wall, as a stranger has it, and once by the processor's, which a busy machine does not
blur. `--planted` adds half a millisecond to what is known, and must be found out.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.facts import machine, table
from portal.application import create_app
from portal.booking.links import token_of
from portal.booking.references import check_letter
from portal.database import db
from portal.settings import Settings
from tests.databases import make_tables
from tests.document import parse
from tests.factories import (
    make_address,
    make_appointment,
    make_boiler,
    make_customer,
    make_invitation,
    make_visit,
)

NOW = datetime(2027, 3, 1, 11, tzinfo=UTC)
ENOUGH = 0.55
PLANTED_S = 0.0005

Took = tuple[int, int]  # nanoseconds by the wall's clock and by the processor's
Ask = Callable[[], Took]


@dataclass(frozen=True)
class Question:
    """Two requests whose answers must not differ, also not in time."""

    name: str
    known: Ask
    unknown: Ask


def main() -> None:
    """Print a table; the exit code says whether all stay below the limit."""
    options = parser().parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_until_the_end:
        app = portal_in(Path(folder))
        questions = asked_of(app, options.customers, open_until_the_end)
        rows, worst = [], 0.0
        for question in questions:
            known, unknown = times_of(question, options.pairs, rng, planted=options.planted)
            found = [auc(*(column(which, one) for one in (known, unknown))) for which in (0, 1)]
            worst = max(worst, *(abs(one - 0.5) + 0.5 for one in found))
            medians = [milliseconds(column(0, one)) for one in (known, unknown)]
            rows.append([question.name, *medians, *(f"{one:.3f}" for one in found)])
    print(f"{options.pairs} pairs each, {options.customers} customers, seed {options.seed}")
    print(table(["question", "known p50 ms", "unknown p50 ms", "AUC wall", "AUC CPU"], rows))
    print(machine())
    raise SystemExit(worst >= ENOUGH)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.enumeration", description=__doc__)
    command.add_argument("--pairs", type=int, default=2_000)
    command.add_argument("--customers", type=int, default=500)
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--planted", action="store_true", help="a control that must be found out")
    return command


def portal_in(folder: Path) -> Flask:
    """Return a portal with empty tables, without limits, that believes it is March 2027."""
    settings = Settings(
        testing=True, secret_key="t" * 48, data_dir=folder, log_level="WARNING",
        DATABASE_URL=f"sqlite:///{folder / 'bench.sqlite3'}",
    )  # fmt: skip
    app = create_app(settings, lambda: NOW)
    with app.app_context():
        make_tables(db.engine)
    return app


def asked_of(app: Flask, customers: int, stack: ExitStack) -> list[Question]:
    """Return the questions, after filling the database."""
    with app.app_context():
        session = db.session()
        for number in range(customers):
            boiler = make_boiler(session, address=make_address(session, postcode="3512AB"))
            visit = make_visit(session, boiler=boiler)
            code = f"{10_000_000 + number}"
            invitation = make_invitation(session, visit=visit, code=code + check_letter(code))
        reference = make_appointment(session, visit=visit).reference
        key = app.config["SECRET_KEY"]
        places = [
            make_address(session, customer=make_customer(session, email=email))
            for email in ("bekend@example.org", None)
        ]
        doors = [
            (token_of(make_invitation(session, visit=make_visit(session, address=one)), key), one)
            for one in places
        ]
        proofs = [(f"/a/{token}/gegevens", place.customer_id) for token, place in doors]
        known_code = invitation.code
    wrong = {"postcode": "1234 AB", "house_number": "1"}
    details = "/afspraak/{}/gegevens/bewijs"
    return [
        Question("appointment number", *posts(app, "/afspraak/{}", reference, wrong)),
        Question("the same, for details", *posts(app, details, reference, wrong)),
        Question("letter's code", *codes(app, known_code)),
        Question("mail address", *(asks_code(app, path, who) for path, who in proofs)),
    ]


def posts(app: Flask, path: str, reference: str, proof: dict[str, str]) -> tuple[Ask, Ask]:
    """Return wrong proofs for a known and an unknown appointment number."""
    digits = "999998"
    visitor = Asking(app)
    return (
        lambda: visitor.post(path.format(reference), proof),
        lambda: visitor.post(path.format(digits + check_letter(digits)), proof),
    )


def codes(app: Flask, known: str) -> tuple[Ask, Ask]:
    """Return a known and an unknown letter's code, at a wrong postcode."""
    digits = "99999998"
    visitor = Asking(app)
    return (
        lambda: visitor.post("/c", {"code": known, "postcode": "1234 AB"}),
        lambda: visitor.post("/c", {"code": digits + check_letter(digits), "postcode": "1234 AB"}),
    )


def asks_code(app: Flask, path: str, customer_id: int) -> Ask:
    """Return how somebody who proved the address asks for a code, with room for one more."""
    visitor = Asking(app, proved=customer_id)

    def ask() -> Took:
        with app.app_context():
            db.session.execute(db.text("DELETE FROM mailed_codes"))
            db.session.commit()
        return visitor.post(f"{path}/code", {})

    return ask


class Asking:
    """A browser with a form's token, whose one request is timed."""

    def __init__(self, app: Flask, proved: int | None = None) -> None:
        self._http: FlaskClient = app.test_client()
        answer = self._http.get("/c")
        page = parse("/c", answer.status_code, answer.headers, answer.data)
        self._token = page.form("code").values["csrf_token"][0]
        if proved is not None:
            with self._http.session_transaction() as browser:
                browser["customers"] = [proved]

    def post(self, path: str, values: dict[str, str]) -> Took:
        """Return how long the answer took."""
        data = {**values, "csrf_token": self._token}
        started = time.perf_counter_ns(), time.thread_time_ns()
        answer = self._http.post(path, data=data)
        ended = time.perf_counter_ns(), time.thread_time_ns()
        assert answer.status_code in (303, 422), answer.status_code
        return ended[0] - started[0], ended[1] - started[1]


def times_of(
    question: Question, pairs: int, rng: random.Random, *, planted: bool
) -> tuple[list[Took], list[Took]]:
    """Return the times of both, asked in pairs of random order, after some to warm up."""
    known: list[Took] = []
    unknown: list[Took] = []
    extra = int(PLANTED_S * 1e9) if planted else 0
    for number in range(-50, pairs):
        asks = [(question.known, known, extra), (question.unknown, unknown, 0)]
        rng.shuffle(asks)
        for ask, times, more in asks:
            took = ask()
            if number >= 0:
                times.append((took[0] + more, took[1] + more))
    return known, unknown


def auc(left: list[int], right: list[int]) -> float:
    """Return the chance that a time of `left` is longer than one of `right`; ties count half."""
    ordered = sorted([(value, 1) for value in left] + [(value, 0) for value in right])
    below = wins = 0.0
    at = 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        ones = sum(which for _, which in ordered[at:end])
        zeros = end - at - ones
        wins += ones * (below + zeros / 2)
        below += zeros
        at = end
    return wins / (len(left) * len(right))


def column(which: int, times: list[Took]) -> list[int]:
    """Return the times by one of the two clocks."""
    return [took[which] for took in times]


def milliseconds(times: list[int]) -> str:
    """Return the median."""
    return f"{statistics.median(times) / 1e6:.2f}"


if __name__ == "__main__":
    main()
