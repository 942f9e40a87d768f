"""What a batch is about: planned days, and people for whom several windows would do."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.plan import Plan
from optimizer.problem import Location, Problem, TimeWindow, Visit


@dataclass(frozen=True, slots=True)
class Day:
    """One planned branch-day: its promises and the routes that serve them."""

    problem: Problem
    plan: Plan


@dataclass(frozen=True, slots=True)
class Wish:
    """A window that suits somebody: on which day (an index), and the opening that it belongs to."""

    day: int
    window: TimeWindow
    opening: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who ticked several windows; `id` is that of no other visit of any day.

    `held` is the wish that is kept for them, and `stop` the visit that stands for it in the problem
    and plan of that day; without it they have nothing yet.
    """

    id: str
    place: Location
    service_s: int
    wishes: tuple[Wish, ...]
    skills: frozenset[str] = frozenset()
    held: Wish | None = None
    stop: str = ""

    def visit(self, wish: Wish) -> Visit:
        """Return the visit as a promise in one window."""
        return Visit(self.id, self.place, self.service_s, (wish.window,), self.skills)
