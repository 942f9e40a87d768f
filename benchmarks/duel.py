"""Engines side by side on the same problems: same matrix, core and time, judged by one check."""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engines import ENGINES, PROCESSOR, Engine
from benchmarks.facts import on_one_core, require, table
from optimizer.check import Kind, violations
from optimizer.plan import Plan
from optimizer.problem import Problem
from optimizer.schedule import timed

SHARED = Path(__file__).parents[2] / "shared" / "data"


@dataclass(frozen=True, slots=True)
class Score:
    """What one engine made of one problem: faults of any kind, visits left out, travel."""

    engine: str
    unserved: int
    faults: int
    travel_s: int
    seconds: float

    @property
    def cell(self) -> str:
        """The travel, with what is wrong behind it."""
        wrong = [f"{self.unserved} left out"] if self.unserved else []
        wrong += [f"{self.faults} faults"] if self.faults else []
        return " ".join([str(self.travel_s), *([f"({', '.join(wrong)})"] if wrong else [])])


def judged(engine: str, problem: Problem, plan: Plan, seconds: float) -> Score:
    """Return the score of a plan by the independent check, whoever made it."""
    found = violations(problem, plan)
    unserved = sum(fault.kind is Kind.UNSERVED for fault in found)
    travel = sum(timed(problem, route).travel_s for route in plan.routes)
    return Score(engine, unserved, len(found) - unserved, travel, seconds)


@dataclass(frozen=True, slots=True)
class Round:
    """One problem with the median score of each engine, and the best that is known of it."""

    problem: str
    best: int | None
    scores: tuple[Score, ...]

    def gap(self, score: Score) -> float | None:
        """Return how far a whole plan lies above the best known, or above the best one here."""
        if score.unserved or score.faults:
            return None
        whole = [one.travel_s for one in self.scores if not (one.unserved or one.faults)]
        return score.travel_s / (self.best or min(whole)) - 1


def fought(
    problem: Problem, engines: Iterable[Engine], seconds: float, seeds: int, best: int | None
) -> Round:
    """Return the round of these engines, of several seeds the median one."""
    medians = []
    for engine in engines:
        scores = []
        for seed in range(seeds):
            answer = engine.solve(problem, seconds, seed)
            scores.append(judged(engine.name, problem, answer.plan, answer.seconds))
        scores.sort(key=lambda score: (score.faults, score.unserved, score.travel_s))
        medians.append(scores[len(scores) // 2])
    return Round(problem.name, best, tuple(medians))


def able(lunch: bool, chosen: Sequence[str]) -> list[Engine]:
    """Return the engines of these names that can plan such days."""
    names = {name.casefold() for name in chosen}
    found = [one for one in ENGINES if one.lunch or not lunch]
    return [one for one in found if not names or one.name.casefold() in names]


def shown(rounds: Sequence[Round], engines: Sequence[Engine]) -> str:
    """Return a table of all rounds with median and worst gap of each engine below."""
    names = [engine.name for engine in engines]
    heads = ["problem", "best known", *names, *(f"{name} gap" for name in names)]
    rows = []
    for one in rounds:
        gaps = [one.gap(score) for score in one.scores]
        cells = [score.cell for score in one.scores]
        rows.append([one.problem, str(one.best or "-"), *cells, *map(percent, gaps)])
    for name, pick in (("median", statistics.median), ("worst", max)):
        picked = []
        for column in range(len(names)):
            gaps = [one.gap(one.scores[column]) for one in rounds]
            whole = [gap for gap in gaps if gap is not None]
            missing = f" ({len(gaps) - len(whole)} not whole)" if len(whole) < len(gaps) else ""
            picked.append((percent(pick(whole)) if whole else "-") + missing)
        rows.append([name, "", *[""] * len(names), *picked])
    taken = [[one.scores[at].seconds for one in rounds] for at in range(len(names))]
    medians = [f"{statistics.median(some):.1f}" for some in taken]
    rows.append(["seconds taken, median", "", *medians, *[""] * len(names)])
    return table(heads, rows)


def percent(share: float | None) -> str:
    """Return a share as a percentage with two decimals."""
    return "-" if share is None else f"{100 * share:+.2f} %"


def fair(options: argparse.Namespace) -> None:
    """Give every engine one core, or processor time; end where a peer is not installed."""
    for name in ("pyvrp", "pyvroom"):
        require(name)
    if options.by_processor:
        os.environ[PROCESSOR] = "1"
    else:
        on_one_core()


def command(name: str, description: str | None, seconds: float) -> argparse.ArgumentParser:
    """Return a parser with what every duel asks."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=description)
    parser.add_argument("--seconds", type=float, default=seconds, help=f"per engine ({seconds:g})")
    parser.add_argument("--seeds", type=int, default=1, help="the median of so many counts (1)")
    parser.add_argument("--engines", nargs="*", default=[], help="ours, VROOM, PyVRP (all)")
    parser.add_argument("--by-processor", action="store_true", help="seconds of processor time")
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of the instances")
    return parser
