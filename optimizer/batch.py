"""One window for everybody who ticked several, such that all days together have the least travel.

Ruin and recreate over days: some people's windows are taken back, and each gets the one that is
cheapest at that moment, those first who would lose most by waiting (regret). It begins with the
windows that are held for them, and never ends worse. Other promises keep their order. Sources:
Shaw (1998), doi:10.1007/3-540-49481-2_30; Ropke and Pisinger (2006), doi:10.1287/trsc.1050.0135.
"""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from optimizer.batch_routes import DayRoutes, Order, Place
from optimizer.check import Kind, violations
from optimizer.insertion import Candidate
from optimizer.problem import TimeWindow, Visit
from optimizer.wishes import Day, Waiting, Wish

# People whose windows are taken back in one step, at most.
MOST_REMOVED = 8
# Steps without a time limit: for five people some hundreds find what trying everything finds.
STEPS, STEPS_PER_PERSON = 300, 40
# Chances that neighbours are taken together, and that regret orders who is next.
NEIGHBOURS, REGRET = 0.5, 0.7
# Chance that a possible window is not looked at, so that equal steps end differently.
BLINK = 0.05
# Days in some state remembered before the memory is emptied; 30 technicians take about 15 kB each.
REMEMBERED = 4_000
# Annealing: more travel by five minutes passes at first, by five seconds at the end.
WARM, COLD = 300.0, 5.0

Option = tuple[Place, Wish]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What everybody gets, by id; who is absent gets nothing, and had nothing that could be kept.

    `days` are the days with it: everybody's visit has their id and the one window. Travel in
    seconds, of all days: with what was held, and now.
    """

    chosen: Mapping[str, Wish]
    days: tuple[Day, ...]
    held_travel_s: int
    travel_s: int


@dataclass(frozen=True, slots=True)
class State:
    """Everybody's window and all days' routes at one moment of the search; never changes."""

    days: tuple[DayRoutes, ...]
    chosen: Mapping[str, Wish]

    @property
    def travel_s(self) -> int:
        """Travel seconds of all days."""
        return sum(day.travel_s for day in self.days)

    def is_better_than(self, other: State) -> bool:
        """Return whether it serves more people, or as many with less travel."""
        return (-len(self.chosen), self.travel_s) < (-len(other.chosen), other.travel_s)


def assigned(
    days: Sequence[Day],
    waiting: Sequence[Waiting],
    places: Mapping[str, int],
    *,
    seconds: float,
    seed: int = 0,
) -> Assignment:
    """Return a window for everybody: together no worse than what is held, and nobody loses theirs.

    `places` says for each opening how many of those waiting it can take, those included who hold a
    place of it now. Equal arguments give equal answers unless `seconds` cut the search short. If
    `check` objected to something that it does not hold against the days as given, what is held
    would be the answer.
    """
    search = Search(days, waiting, places, random.Random(seed))
    held = search.held()
    best = search.improved(held, time.monotonic() + seconds) if waiting else held
    if search.faults(best) - search.faults(held):
        best = held
    return Assignment(best.chosen, search.days_of(best), held.travel_s, best.travel_s)


class Search:
    """The days, the people, and the moves between states."""

    def __init__(
        self,
        days: Sequence[Day],
        waiting: Sequence[Waiting],
        places: Mapping[str, int],
        rng: random.Random,
    ) -> None:
        self.given = days
        self.people = {one.id: one for one in waiting}
        self.places = places
        self.random = rng
        self.near = {one.id: nearest_first(one, waiting) for one in waiting}
        self.wanted = {one.id: wanted_of(one) for one in waiting}
        self.known: dict[tuple[int, Order], DayRoutes] = {}

    def held(self) -> State:
        """Return the state in which everybody has what is kept for them, if it is on a route."""
        chosen: dict[str, Wish] = {}
        stops: list[dict[str, Visit]] = [{} for _ in self.given]
        for one in self.people.values():
            if one.held is not None:
                stops[one.held.day][one.stop] = one.visit(one.held)
                if one.stop in self.given[one.held.day].plan.served:
                    chosen[one.id] = one.held
        pairs = zip(self.given, stops, strict=True)
        return State(tuple(DayRoutes.of(day.problem, day.plan, of) for day, of in pairs), chosen)

    def improved(self, held: State, deadline: float) -> State:
        """Return the best state found until `deadline` (time.monotonic) or the last step."""
        best = current = self.anew(held)
        steps = STEPS + STEPS_PER_PERSON * len(self.people)
        for step in range(steps):
            if time.monotonic() > deadline:
                break
            other = self.recreated(*self.ruined(current), current.chosen)
            if other is None:
                continue
            heat = WARM * (COLD / WARM) ** (step / steps)
            limit = current.travel_s - heat * math.log(self.random.random() or 1e-12)
            if len(other.chosen) > len(current.chosen) or other.travel_s < limit:
                current = other
            if current.is_better_than(best):
                best = current
        return best

    def anew(self, held: State) -> State:
        """Return what comes of seating everybody anew, if that is better than what is held."""
        other = self.recreated(self.without(held, [*held.chosen]), [*self.people], must=held.chosen)
        return other if other is not None and other.is_better_than(held) else held

    def ruined(self, state: State) -> tuple[State, list[str]]:
        """Return a state in which some lost their windows, and everybody who has none."""
        absent = [name for name in self.people if name not in state.chosen]
        most = min(MOST_REMOVED, len(self.people))
        number = self.random.randint(min(2, most), most)
        seated = [name for name in self.people if name in state.chosen]
        if self.random.random() < NEIGHBOURS:
            centre = self.random.choice([*self.people])
            removed = [name for name in self.near[centre] if name in state.chosen][:number]
        else:
            removed = self.random.sample(seated, min(number, len(seated)))
        return self.without(state, removed), [*absent, *removed]

    def without(self, state: State, names: Collection[str]) -> State:
        """Return the state without these people's windows."""
        days = list(state.days)
        for row in {state.chosen[name].day for name in names}:
            days[row] = self.same(row, days[row].without(names))
        kept = {name: wish for name, wish in state.chosen.items() if name not in names}
        return State(tuple(days), kept)

    def recreated(self, state: State, pending: list[str], must: Collection[str]) -> State | None:
        """Return the state with a window for everybody pending for whom there is one.

        None when there is none for somebody who must have one.
        """
        days, chosen = list(state.days), dict(state.chosen)
        taken = Counter(wish.opening for wish in chosen.values())
        by_regret = self.random.random() < REGRET
        self.random.shuffle(pending)
        while pending:
            options = {name: self.options(name, days, taken) for name in pending}
            name = max(pending, key=lambda one: regret(options[one])) if by_regret else pending[0]
            pending.remove(name)
            if options[name]:
                place, wish = min(options[name], key=lambda option: option[0].extra_travel_s)
                changed = days[wish.day].with_visit(self.people[name].visit(wish), place)
                days[wish.day] = self.same(wish.day, changed)
                chosen[name] = wish
                taken[wish.opening] += 1
            elif name in must:
                return None
        return State(tuple(days), chosen)

    def options(self, name: str, days: Sequence[DayRoutes], taken: Counter[str]) -> list[Option]:
        """Return what somebody could get now: where, and which wish that is."""
        found = [
            (place, wishes[window])
            for row, candidate, wishes in self.wanted[name]
            for window, place in days[row].places(name, candidate).items()
            if taken[wishes[window].opening] < self.places.get(wishes[window].opening, 0)
        ]
        seen = [option for option in found if self.random.random() >= BLINK]
        return seen or found

    def same(self, row: int, day: DayRoutes) -> DayRoutes:
        """Return the equal routes that were met before, if any: they know their answers."""
        if len(self.known) >= REMEMBERED:
            self.known.clear()
        return self.known.setdefault((row, day.order), day)

    def days_of(self, state: State) -> tuple[Day, ...]:
        """Return the days with everybody's visit among the promises, instead of what was held."""
        return tuple(self.day_of(state, row) for row in range(len(self.given)))

    def day_of(self, state: State, row: int) -> Day:
        """Return one day of a state."""
        problem = self.given[row].problem
        held = {one.stop for one in self.people.values() if one.held and one.held.day == row}
        others = (visit for visit in problem.visits if visit.id not in held)
        theirs = (
            self.people[name].visit(wish) for name, wish in state.chosen.items() if wish.day == row
        )
        return Day(replace(problem, visits=(*others, *theirs)), state.days[row].plan())

    def faults(self, state: State) -> set[tuple[int, Kind, tuple[str, ...]]]:
        """Return what `check` objects to: day, kind, and whom it concerns."""
        return {
            (row, fault.kind, fault.ids)
            for row, day in enumerate(self.days_of(state))
            for fault in violations(day.problem, day.plan)
        }


def regret(options: Sequence[Option]) -> float:
    """Return what is lost when somebody does not get the cheapest window but the next one.

    More than anything with one window left, less than anything with none.
    """
    costs = sorted(place.extra_travel_s for place, _ in options)
    if len(costs) < 2:
        return math.inf if costs else -1.0
    return costs[1] - costs[0]


def wanted_of(one: Waiting) -> list[tuple[int, Candidate, Mapping[TimeWindow, Wish]]]:
    """Return for each day (an index) what somebody asks there, and the wish of each window."""
    wanted: list[tuple[int, Candidate, Mapping[TimeWindow, Wish]]] = []
    for row in sorted({wish.day for wish in one.wishes}):
        wishes = {wish.window: wish for wish in one.wishes if wish.day == row}
        wanted.append((row, Candidate(one.place, one.service_s, tuple(wishes), one.skills), wishes))
    return wanted


def nearest_first(one: Waiting, waiting: Sequence[Waiting]) -> list[str]:
    """Return everybody's id, those first who live nearest to this one."""
    narrow = math.cos(math.radians(one.place.lat))

    def away(other: Waiting) -> float:
        north, east = other.place.lat - one.place.lat, other.place.lon - one.place.lon
        return math.hypot(north, narrow * east)

    return [other.id for other in sorted(waiting, key=away)]
