"""How often a window is refused that could have been kept: insertion alone, then with repair.

A branch of five technicians is booked full, one customer after another, each taking a window at
random among those that fit (by insertion, or by a long repair where nothing does). The day counts
as saturated when customers in a row find nothing. At 60, 80, 90 and 95 % of that, newcomers ask for
every window. The truth of a "no" is sought by a long repair and by OR-Tools from scratch; what
neither finds counts as truly full, so the shares below are lower bounds, the same for both columns.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.branch_days import WINDOWS, Area, crew, visit
from benchmarks.facts import machine, table
from optimizer.check import violations
from optimizer.insertion import Candidate, Insertion, evaluate, snapshot
from optimizer.plan import Plan
from optimizer.problem import Problem, TimeWindow, Visit
from optimizer.repair import repaired
from optimizer.solve import solve
from optimizer.travel import GreatCircle

TECHNICIANS = 5
FILLS = (60, 80, 90, 95)
LOST_IN_A_ROW = 12


@dataclass(frozen=True, slots=True)
class Protocol:
    """How much time goes where, in seconds, and how many newcomers ask at each fill."""

    budget: float
    truth: float
    reoptimise: float
    newcomers: int


@dataclass(slots=True)
class Tally:
    """What became of the questions at one fill: they sum to all windows asked for."""

    by_insertion: int = 0
    by_repair: int = 0
    missed: int = 0
    undecided: int = 0
    repair_s: list[float] = field(default_factory=list)

    @property
    def servable(self) -> int:
        """Windows for which some witness was found."""
        return self.by_insertion + self.by_repair + self.missed

    def row(self, name: str) -> list[str]:
        """Return the line of the table."""
        before, after = self.by_repair + self.missed, self.missed
        times = sorted(self.repair_s) or [0.0]
        return [
            name,
            str(self.servable + self.undecided),
            str(self.servable),
            share(before, self.servable),
            share(after, self.servable),
            f"{1000 * times[len(times) // 2]:.0f}",
            f"{1000 * times[-1]:.0f}",
        ]


def share(part: int, whole: int) -> str:
    """Return a percentage."""
    return f"{100 * part / whole:.0f} %" if whole else "-"


@dataclass(frozen=True, slots=True)
class Booked:
    """A day after some bookings, with the routes that keep them."""

    problem: Problem
    plan: Plan


def days_booked_full(rng: random.Random, long: float) -> list[Booked]:
    """Return the day after every booking until nobody finds a window any more."""
    area = Area.around(rng)
    day = Booked(Problem("day", None, crew(rng, area, TECHNICIANS), (), GreatCircle()), Plan())
    history, lost, number = [day], 0, 0
    while lost < LOST_IN_A_ROW:
        number += 1
        newcomer = visit(rng, area, f"v{number}", WINDOWS)
        after = booking(rng, day, newcomer, long)
        lost = lost + 1 if after is None else 0
        if after is not None:
            day = after
            history.append(day)
    return history


def booking(rng: random.Random, day: Booked, newcomer: Visit, long: float) -> Booked | None:
    """Return the day with a newcomer who picks any window that fits, None when none does."""
    fits = insertions(day, newcomer, WINDOWS)
    if fits:
        chosen = rng.choice(fits)
        promise = replace(newcomer, windows=(chosen.window,))
        plan = day.plan.inserted(newcomer.id, chosen.technician, chosen.position)
        return Booked(with_promise(day.problem, promise), plan)
    for window in rng.sample(WINDOWS, len(WINDOWS)):
        problem = with_promise(day.problem, replace(newcomer, windows=(window,)))
        better = repaired(problem, day.plan, newcomer.id, seconds=long, seed=1)
        if better is not None:
            return Booked(problem, better)
    return None


def insertions(day: Booked, newcomer: Visit, windows: Sequence[TimeWindow]) -> list[Insertion]:
    """Return where insertion puts a newcomer."""
    wanted = Candidate(newcomer.place, newcomer.service_s, tuple(windows), newcomer.skills)
    return evaluate(wanted, [snapshot(day.problem, day.plan)])


def with_promise(problem: Problem, promise: Visit) -> Problem:
    """Return the day with one promise more."""
    return replace(problem, visits=(*problem.visits, promise))


def asked(rng: random.Random, day: Booked, protocol: Protocol, tally: Tally) -> None:
    """Let newcomers ask for every window of the day and count the answers."""
    area = Area(tuple(one.place for one in day.problem.visits))
    for number in range(protocol.newcomers):
        newcomer = visit(rng, area, "newcomer", WINDOWS)
        fits = {one.window for one in insertions(day, newcomer, WINDOWS)}
        tally.by_insertion += len(fits)
        for window in (one for one in WINDOWS if one not in fits):
            problem = with_promise(day.problem, replace(newcomer, windows=(window,)))
            second_chance(problem, day.plan, protocol, number, tally)


def second_chance(
    problem: Problem, plan: Plan, protocol: Protocol, seed: int, tally: Tally
) -> None:
    """Count what repair makes of one refusal, and what a long search says of its "no"."""
    started = time.perf_counter()
    witness = repaired(problem, plan, "newcomer", seconds=protocol.budget, seed=seed)
    tally.repair_s.append(time.perf_counter() - started)
    if witness is not None:
        assert not violations(problem, witness)
        tally.by_repair += 1
    elif any(found is not None for found in long_searches(problem, plan, protocol, seed)):
        tally.missed += 1
    else:
        tally.undecided += 1


def long_searches(
    problem: Problem, plan: Plan, protocol: Protocol, seed: int
) -> Iterator[Plan | None]:
    """Yield what repair with much time, and OR-Tools from scratch, find for a refused newcomer."""
    for other in (seed + 1000, seed + 2000):
        yield repaired(problem, plan, "newcomer", seconds=protocol.truth / 2, seed=other)
    from optimizer.objective import Objective
    from optimizer.search import Search
    from optimizer.tours import Network

    network = Network(problem)
    objective = Objective(network, range(network.size))
    found = Search(network, objective).run(None, protocol.truth)
    yield found if found is not None and not violations(problem, found) else None


def main() -> None:
    """Print the table."""
    options = parser().parse_args()
    protocol = Protocol(options.budget, options.truth, 1.0, options.newcomers)
    tallies = {(kind, fill): Tally() for kind in ("as booked", "re-optimised") for fill in FILLS}
    for seed in range(options.seeds):
        rng = random.Random(seed)
        history = days_booked_full(rng, options.truth / 4)
        print(f"seed {seed}: saturated at {len(history) - 1} visits", flush=True)
        for fill in FILLS:
            day = history[round(fill / 100 * (len(history) - 1))]
            asked(rng, day, protocol, tallies["as booked", fill])
            better = solve(day.problem, day.plan, seconds=protocol.reoptimise, seed=seed).plan
            asked(rng, Booked(day.problem, better), protocol, tallies["re-optimised", fill])
    print(machine())
    heads = ["plan, fill", "asked", "servable", "refused by insertion", "after repair"]
    rows = [tally.row(f"{kind}, {fill} %") for (kind, fill), tally in tallies.items()]
    print(table([*heads, "repair p50 ms", "worst ms"], rows))


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    command = argparse.ArgumentParser(prog="python -m benchmarks.rejects", description=__doc__)
    command.add_argument("--seeds", type=int, default=2, help="days (2; the protocol: 10)")
    command.add_argument("--newcomers", type=int, default=5, help="per day and fill (5; 20)")
    command.add_argument("--budget", type=float, default=0.2, help="seconds of repair (0.2)")
    command.add_argument("--truth", type=float, default=2.0, help="seconds of long search (2; 10)")
    return command


if __name__ == "__main__":
    main()
