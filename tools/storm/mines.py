"""Web workers and jobs that die by kill -9 at a named point, and what is left behind."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import system_time
from portal.customers.models import Visit
from portal.database import transaction
from portal.planning.actions import admit
from portal.planning.models import Hold, HoldKind, Opening, Stop
from portal.planning.windows import Window
from tools.storm.customer import UNANSWERED, Answer, Customer, Form
from tools.storm.figures import Figure, at_least, exactly, nothing
from tools.storm.invariants import faults, lost, one_moment
from tools.storm.stage import Kind, Stage, stage
from tools.storm.world import Person, Size

MINED = "tests.storm.mined:app"
PATIENCE_S = 120.0
BOOKING = (
    "before_begin",
    "after_lock",
    "after_claim",
    "after_stop",
    "after_appointment",
    "after_message",
    "before_commit",
    "after_commit",
)
POINTS = (
    *BOOKING, "after_hold", "between_admit_and_release", "after_cancelled", "after_expired_stop",
)  # fmt: skip

Result = TypeVar("Result")


class NeverAnswered(Exception):
    """The portal did not recover."""


@dataclass
class Killed:
    """What came of the kills."""

    on: Stage
    armed: Path
    kills: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    recovery_s: list[float] = field(default_factory=list)


def mines(
    kind: Kind, size: Size, rounds: int, seed: int, points: Sequence[str] = POINTS
) -> list[Figure]:
    """Strike every point so often, each time with a fresh visit; return the figures."""
    armed = Path(f"/tmp/tv-storm-armed-{os.getpid()}")
    try:
        with stage(kind, size, seed, MINED, {"STORM_ARMED": str(armed)}) as on:
            seen = Killed(on, armed)
            people = iter(on.world.people)
            for _ in range(rounds):
                for point in points:
                    strike(seen, point, people)
            missing = lost(on.app, seen.acknowledged)
    finally:
        armed.unlink(missing_ok=True)
    unstruck = [point for point in points if seen.kills[point] < rounds]
    return [
        at_least("kills", seen.kills.total(), len(points) * rounds),
        nothing("points that were not reached", unstruck),
        nothing("half states right after a kill, or after trying again", seen.wrong),
        nothing("visits with more or less than one appointment", seen.doubled),
        exactly("acknowledged bookings", len(seen.acknowledged), expected(points) * rounds),
        nothing("acknowledged but lost, or not told exactly once", missing),
        Figure("seconds to the next answer, at most", f"{max(seen.recovery_s, default=0):.1f}"),
    ]


def expected(points: Sequence[str]) -> int:
    """Return how many bookings must have been acknowledged: an expired hold is none."""
    return len(points) - points.count("after_expired_stop")


def strike(seen: Killed, point: str, people: Iterator[Person]) -> None:
    """Kill at one point, look at what is left, try again, and look once more."""
    if point == "after_expired_stop":
        _expiring(seen, point, next(people))
        return
    person = next(people)
    customer = Customer(seen.on.portal.port)
    form = _form(customer, person, point, seen)
    seen.armed.write_text(point)
    first = customer.send(form)
    seen.kills[point] += not seen.armed.exists() and first.status == 0
    seen.armed.unlink(missing_ok=True)
    _look(seen, f"killed {point}")
    again = _until_answered(seen, customer, form)
    if point == "after_hold":
        again = _until_answered(seen, customer, _choice(customer, person))
    reference = again.reference or form.path.split("/")[2]
    seen.acknowledged.append(reference)
    _look(seen, f"again {point}")
    _count(seen, person, 0 if point == "after_cancelled" else 1, f"{point}: {again.status}")


def _form(customer: Customer, person: Person, point: str, seen: Killed) -> Form:
    """Return the form whose sending leads past the point."""
    form = _choice(customer, person)
    if point in BOOKING:
        return form
    if point == "after_hold":
        return Form(f"{person.path}/vasthouden", form.values)
    reference = _until_answered(seen, customer, form).reference
    if point == "after_cancelled":
        page = customer.fetch(f"/afspraak/{reference}/annuleren")
        return Form(f"/afspraak/{reference}/annuleren", {"csrf_token": page.hidden("csrf_token")})
    return _choice(customer, person, f"/afspraak/{reference}/verzetten")


def _answered(answer: Answer) -> Answer | None:
    return None if answer.status in (UNANSWERED, 503) else answer


def _choice(customer: Customer, person: Person, path: str = "") -> Form:
    return _patiently(lambda: customer.choice(path or person.path))


def _until_answered(seen: Killed, customer: Customer, form: Form) -> Answer:
    """Send the same form until it is answered; note how long that takes."""
    started = time.monotonic()
    answer = _patiently(lambda: _answered(customer.send(form)))
    seen.recovery_s.append(time.monotonic() - started)
    return answer


def _patiently(call: Callable[[], Result | None]) -> Result:
    """Return what the call returns as soon as that is not None; raises NeverAnswered."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if (found := call()) is not None:
            return found
        time.sleep(0.1)
    raise NeverAnswered


def _look(seen: Killed, when: str) -> None:
    seen.wrong += [f"{when}: {fault}" for fault in faults(seen.on.app)]


def _count(seen: Killed, person: Person, wanted: int, what: str) -> None:
    with one_moment(seen.on.app) as session:
        found = session.scalar(
            sa.select(sa.func.count(Appointment.id)).where(
                Appointment.visit_id == person.visit_id,
                Appointment.status == AppointmentStatus.CONFIRMED,
            )
        )
    if found != wanted:
        seen.doubled.append(f"{what}: {found} instead of {wanted}")


def _expiring(seen: Killed, point: str, person: Person) -> None:
    """Kill the job that ends holds in the middle of ending one; the next run ends it."""
    now = system_time()
    with seen.on.app.app_context(), transaction() as session:
        visit = session.get_one(Visit, person.visit_id)
        opening = session.scalars(
            sa.select(Opening).where(Opening.taken < Opening.places).limit(1)
        ).one()
        window = Window(opening.date, opening.window_start, opening.window_end)
        over = Hold(HoldKind.CHOICE, now - timedelta(minutes=1))
        admit(session, visit, window, opening_id=opening.id, hold=over)
    seen.armed.write_text(point)
    ended = seen.on.portal.command("jobs", "once", "expire_holds")
    seen.kills[point] += ended == -signal.SIGKILL
    _look(seen, f"killed {point}")
    seen.on.portal.command("jobs", "once", "expire_holds")
    _look(seen, f"again {point}")
    with one_moment(seen.on.app) as session:
        left = session.scalars(sa.select(Stop.id).where(Stop.held_until.is_not(None))).all()
    seen.wrong += [f"a hold did not end: {stop_id}" for stop_id in left]
