"""Picking one window against ticking several: travel per visit, for the same arrivals.

An invented branch fills ten days in ten evenings. Everybody has some windows that would do, drawn
at random among all. Who picks takes one of them that still fits, on the spot: any (as people do who
see a calendar), or the one that is cheapest for the routes (as if everybody took our first advice).
Who ticks names three or five of them, any or the first ones on our page (least travel first); one
is held at once, and in the evening a batch chooses for all who ticked that day. Every night the
routes of every changed day are improved for all alike, and once more at the end; that is what is
counted, home legs included.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.branch_days import WINDOWS, Area, crew, visit
from benchmarks.facts import machine, on_one_core, table
from optimizer.batch import assigned
from optimizer.check import violations
from optimizer.insertion import Candidate, evaluate, snapshot
from optimizer.plan import Plan
from optimizer.problem import Location, Problem, Visit
from optimizer.schedule import timed
from optimizer.solve import solve
from optimizer.travel import GreatCircle
from optimizer.wishes import Day, Waiting, Wish

PLACES_PER_TECHNICIAN = 2  # of an opening


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who comes to book on one evening, and the windows that would do."""

    visit: Visit
    evening: int
    suits: tuple[Wish, ...]


@dataclass(slots=True)
class Branch:
    """The days as booked so far, and how it went."""

    days: list[Day]
    places: int
    taken: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    batch_s: list[float] = field(default_factory=list)

    def possible(self, one: Arrival, wishes: Sequence[Wish]) -> list[Option]:
        """Return (extra travel, wish) of those that fit and have a place, the cheapest first."""
        found = []
        for row in sorted({wish.day for wish in wishes}):
            of_window = {wish.window: wish for wish in wishes if wish.day == row}
            asked = Candidate(
                one.visit.place, one.visit.service_s, tuple(of_window), one.visit.skills
            )
            day = self.days[row]
            for place in evaluate(asked, [snapshot(day.problem, day.plan)]):
                wish = of_window[place.window]
                if self.taken[wish.opening] < self.places:
                    found.append((place.extra_travel_s, wish))
        return sorted(found, key=lambda option: (option[0], option[1].opening))

    def book(self, one: Arrival, wish: Wish) -> None:
        """Put somebody into a window that is possible."""
        day = self.days[wish.day]
        stop = replace(one.visit, windows=(wish.window,))
        asked = Candidate(stop.place, stop.service_s, stop.windows, stop.skills)
        [place] = evaluate(asked, [snapshot(day.problem, day.plan)])
        problem = replace(day.problem, visits=(*day.problem.visits, stop))
        self.days[wish.day] = Day(
            problem, day.plan.inserted(stop.id, place.technician, place.position)
        )
        self.taken[wish.opening] += 1

    def improve(self, seconds: float, seed: int) -> None:
        """Improve the routes of every day."""
        for row, day in enumerate(self.days):
            if day.problem.visits:
                better = solve(day.problem, day.plan, seconds=seconds, seed=seed).plan
                assert not violations(day.problem, better)
                self.days[row] = Day(day.problem, better)

    @property
    def travel_s(self) -> int:
        """Travel of all days."""
        return sum(timed(day.problem, r).travel_s for day in self.days for r in day.plan.routes)

    @property
    def visits(self) -> int:
        """Visits booked."""
        return sum(len(day.problem.visits) for day in self.days)


Evening = Callable[[Branch, Sequence[Arrival], random.Random], None]
Option = tuple[int, Wish]
Ticks = Callable[[list[Option], random.Random], list[Option]]


def pick_any(branch: Branch, arrivals: Sequence[Arrival], rng: random.Random) -> None:
    """Everybody takes one that suits, any one."""
    for one in arrivals:
        pick(branch, one, rng.choice)


def pick_cheapest(branch: Branch, arrivals: Sequence[Arrival], _rng: random.Random) -> None:
    """Everybody takes what is cheapest for the routes among all that suits."""
    for one in arrivals:
        pick(branch, one, lambda options: options[0])


def pick(
    branch: Branch,
    one: Arrival,
    which: Callable[[list[Option]], Option],
) -> None:
    """Book one of the windows that are possible, or lose the customer."""
    options = branch.possible(one, one.suits)
    if options:
        branch.book(one, which(options)[1])
    else:
        branch.lost += 1


def tick_any(number: int, seconds: float) -> Evening:
    """Return the evening on which everybody ticks any of what suits, and a batch chooses."""
    return batched(lambda options, rng: rng.sample(options, min(number, len(options))), seconds)


def tick_first(number: int, seconds: float) -> Evening:
    """Return the same for people who tick the first on our page that suit."""
    return batched(lambda options, _rng: options[:number], seconds)


def batched(ticks: Ticks, seconds: float) -> Evening:
    """Return an evening of ticks and a batch."""

    def evening(branch: Branch, arrivals: Sequence[Arrival], rng: random.Random) -> None:
        waiting = [one for one in (held(branch, a, ticks, rng) for a in arrivals) if one]
        holders = Counter(one.held.opening for one in waiting if one.held)
        places = {
            wish.opening: branch.places - branch.taken[wish.opening] + holders[wish.opening]
            for one in waiting
            for wish in one.wishes
        }
        started = time.perf_counter()
        found = assigned(branch.days, waiting, places, seconds=seconds, seed=rng.randrange(10**6))
        branch.batch_s.append(time.perf_counter() - started)
        branch.taken += Counter(wish.opening for wish in found.chosen.values())
        branch.taken -= holders
        assert not [fault for day in found.days for fault in violations(day.problem, day.plan)]
        assert len(found.chosen) == len(waiting)
        branch.days = list(found.days)

    return evening


def held(branch: Branch, one: Arrival, ticks: Ticks, rng: random.Random) -> Waiting | None:
    """Tick some of what is possible, and hold the cheapest of these."""
    options = branch.possible(one, one.suits)
    if not options:
        branch.lost += 1
        return None
    ticked = sorted(ticks(options, rng), key=lambda option: option[0])
    wish = ticked[0][1]
    stop = replace(one, visit=replace(one.visit, id=f"hold-{one.visit.id}"))
    branch.book(stop, wish)
    return Waiting(
        one.visit.id,
        one.visit.place,
        one.visit.service_s,
        tuple(wish for _, wish in ticked),
        one.visit.skills,
        wish,
        stop.visit.id,
    )


def branch_of(seed: int, options: argparse.Namespace) -> tuple[Branch, list[Arrival]]:
    """Return an empty branch and everybody who will come to it."""
    rng = random.Random(seed)
    area = stretched(Area.around(rng), options.stretch)
    people = crew(rng, area, options.technicians)
    days = [
        Day(Problem(f"day {row}", None, people, (), GreatCircle()), Plan())
        for row in range(options.days)
    ]
    every = [
        Wish(row, window, f"{row}/{number}")
        for row in range(options.days)
        for number, window in enumerate(WINDOWS)
    ]
    arrivals = [
        Arrival(
            visit(rng, area, f"v{number}", WINDOWS[:1]),
            number * options.evenings // options.arrivals,
            tuple(rng.sample(every, options.suits)),
        )
        for number in range(options.arrivals)
    ]
    return Branch(days, PLACES_PER_TECHNICIAN * options.technicians), arrivals


def stretched(area: Area, by: float) -> Area:
    """Return an area whose villages lie so many times as far from the first one."""
    first = area.centres[0]
    return Area(
        tuple(
            Location(first.lat + by * (one.lat - first.lat), first.lon + by * (one.lon - first.lon))
            for one in area.centres
        ),
        area.spread,
    )


def played(seed: int, evening: Evening, options: argparse.Namespace) -> Branch:
    """Return the branch after all evenings."""
    branch, arrivals = branch_of(seed, options)
    rng = random.Random(seed)
    for number in range(options.evenings):
        evening(branch, [one for one in arrivals if one.evening == number], rng)
        branch.improve(options.night, seed)
    branch.improve(options.end, seed)
    return branch


def main() -> None:
    """Play every policy on every seed and print one table."""
    options = parser().parse_args()
    on_one_core()
    policies: dict[str, Evening] = {
        "pick one, any that suits": pick_any,
        "pick one, the cheapest that suits": pick_cheapest,
        "tick any 3, evening batch": tick_any(3, options.seconds),
        "tick any 5, evening batch": tick_any(5, options.seconds),
        "tick the first 3, evening batch": tick_first(3, options.seconds),
        "tick the first 5, evening batch": tick_first(5, options.seconds),
    }
    seeds = range(1, options.seeds + 1)
    print(
        f"{options.arrivals} arrivals in {options.evenings} evenings, {options.technicians}"
        f" technicians, {options.days} days, {options.suits} windows suit each,"
        f" villages {options.stretch:g} x as far; {len(seeds)} seeds"
    )
    results: dict[str, list[Branch]] = {}
    for name, evening in policies.items():
        results[name] = [played(seed, evening, options) for seed in seeds]
        print(f"{name}: {line(results[name], results)[1]} min a visit", flush=True)
    heads = ["policy", "travel per visit, min", "all seeds", "against any", "lost", "batch s"]
    print(table(heads, [[name, *line(found, results)[1:]] for name, found in results.items()]))
    print(machine())


def line(found: Sequence[Branch], results: dict[str, list[Branch]]) -> list[str]:
    """Return the figures of a policy: medians over seeds, and pairwise against the first."""
    first = next(iter(results.values()))
    minutes = [minutes_of(one) for one in found]
    against = [
        minutes_of(one) / minutes_of(other) - 1 for one, other in zip(found, first, strict=False)
    ]
    batches = [seconds for one in found for seconds in one.batch_s]
    return [
        "",
        f"{statistics.median(minutes):.2f}",
        f"{min(minutes):.2f}-{max(minutes):.2f}",
        f"{100 * statistics.median(against):+.1f} %",
        f"{statistics.median(one.lost for one in found):g}",
        f"{max(batches):.1f}" if batches else "",
    ]


def minutes_of(branch: Branch) -> float:
    """Return travel per visit in minutes."""
    return branch.travel_s / 60 / branch.visits


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.several", description=__doc__)
    command.add_argument("--seeds", type=int, default=5)
    command.add_argument("--arrivals", type=int, default=180)
    command.add_argument("--evenings", type=int, default=10)
    command.add_argument("--days", type=int, default=10)
    command.add_argument("--technicians", type=int, default=3)
    command.add_argument(
        "--suits", type=int, default=10, help="windows that suit each, of all (10)"
    )
    command.add_argument("--stretch", type=float, default=1.0, help="distance of villages (1)")
    command.add_argument("--seconds", type=float, default=5.0, help="for a batch, at most (5)")
    command.add_argument("--night", type=float, default=0.1, help="seconds a day each night (0.1)")
    command.add_argument("--end", type=float, default=0.5, help="seconds a day at the end (0.5)")
    return command


if __name__ == "__main__":
    main()
