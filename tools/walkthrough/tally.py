"""How large a walk-through is, and what it counts."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import quantiles


@dataclass(frozen=True)
class Size:
    """How much of everything: the full walk-through, or a smaller one."""

    boilers: int = 2000
    technicians: int = 6
    weeks: int = 8
    invitations: int = 300
    bookings: int = 200
    solve_seconds: float = 2.0
    seed: int = 1


@dataclass
class Tally:
    """What happened; times in seconds per phase, in milliseconds per request."""

    booked: int = 0
    refused: int = 0
    mails: int = 0
    invites: int = 0
    unreadable: int = 0
    before_s: int = 0
    after_s: int = 0
    days: int = 0
    violations: list[str] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)
    page_ms: list[float] = field(default_factory=list)
    post_ms: list[float] = field(default_factory=list)


class Failed(Exception):
    """A step of the walk-through did not do what it should."""


@contextmanager
def phase(tally: Tally, name: str) -> Iterator[None]:
    """Note how many seconds the work inside takes."""
    started = time.monotonic()
    yield
    tally.phases[name] = time.monotonic() - started


def table(tally: Tally) -> str:
    """Return the result as a table in Markdown."""
    per_visit = max(tally.booked, 1) * 60
    rows = [
        ("booked", f"{tally.booked}"),
        ("refused (windows shown and still free)", f"{tally.refused}"),
        ("travel per visit before solving", f"{tally.before_s / per_visit:.1f} min"),
        ("travel per visit after solving", f"{tally.after_s / per_visit:.1f} min"),
        ("days with visits", f"{tally.days}"),
        ("violations found by check", f"{len(tally.violations)}"),
        ("mails written", f"{tally.mails}"),
        ("invites that parse", f"{tally.invites - tally.unreadable} of {tally.invites}"),
        ("page with windows, p50 / p95", _p50_p95(tally.page_ms)),
        ("booking POST, p50 / p95", _p50_p95(tally.post_ms)),
        *((f"seconds: {name}", f"{seconds:.1f}") for name, seconds in tally.phases.items()),
    ]
    return "\n".join(["| what | result |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)])


def _p50_p95(values: Sequence[float]) -> str:
    if len(values) < 2:
        return "-"
    cuts = quantiles(values, n=20)
    return f"{cuts[9]:.0f} / {cuts[18]:.0f} ms"
