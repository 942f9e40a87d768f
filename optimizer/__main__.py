"""python -m optimizer FILE [--seconds N] [--seed N] [--json] [--no-bound]: plan one day.

Exit codes: 0 every promise is kept, 1 some promise is not, 2 the input or the command is wrong,
130 it was interrupted: a result is printed whole or not at all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from optimizer.check import clock
from optimizer.compiled import LOOPS, are_compiled, compile_loops
from optimizer.errors import OptimizerError
from optimizer.instances import Instance, read, result_json
from optimizer.plan import TimedRoute
from optimizer.problem import Problem
from optimizer.schedule import timed
from optimizer.solve import Progress, Solution, Status, solve

KEPT, NOT_KEPT, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Plan the file that the arguments name, print the result, return the exit code."""
    options = parser().parse_args(arguments)
    try:
        instance = read(options.file)
        solution = planned(instance, options)
    except OptimizerError as fault:
        print(f"optimizer: {fault}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("optimizer: interrupted, no result", file=sys.stderr)
        return INTERRUPTED
    shown = result_json if options.json else summary
    print(shown(instance.problem, solution))
    return NOT_KEPT if solution.status is Status.INFEASIBLE else KEPT


def planned(instance: Instance, options: argparse.Namespace) -> Solution:
    """Return the solution within the asked time, telling a terminal how far it is."""
    told = ticker if sys.stderr.isatty() else None
    if not all(map(are_compiled, LOOPS)):
        print("compiling the inner loops, once ...", end="", file=sys.stderr, flush=True)
        print(f" {compile_loops():.0f} s", file=sys.stderr)
    solution = solve(
        instance.problem,
        instance.incumbent,
        seconds=options.seconds,
        seed=options.seed,
        progress=told,
        certify=options.bound,
    )
    if told is not None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return solution


def ticker(progress: Progress) -> None:
    """Write where the search is over the last line of the terminal."""
    line = f"\r{progress.seconds:7.1f} s  travel {progress.travel_s} s"
    if progress.lower_bound_s is not None:
        gap = 1 - progress.lower_bound_s / max(progress.travel_s, 1)
        line += f"  at least {progress.lower_bound_s} s  gap {gap:.2%}"
    if progress.unserved:
        line += f"  not served {progress.unserved}"
    print(f"{line}\x1b[K", end="", file=sys.stderr, flush=True)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; argparse itself exits with 2 on a wrong one."""
    command = argparse.ArgumentParser(prog="python -m optimizer", description="Plan one day.")
    command.add_argument("file", type=Path, help="day in JSON, Solomon text or VRPLIB file")
    command.add_argument("--seconds", type=positive, default=10.0, help="time to search (10)")
    command.add_argument("--seed", type=int, default=1, help="seed of the search (1)")
    command.add_argument(
        "--bound",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="prove by column generation how good the plan is (on)",
    )
    command.add_argument("--json", action="store_true", help="print the result as JSON")
    return command


def positive(word: str) -> float:
    """Return a number of seconds above 0 and within a day."""
    value = float(word)
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError("must be above 0 and at most 86400")
    return value


def summary(problem: Problem, solution: Solution) -> str:
    """Return the result for people: a line of figures, the routes, what is wrong."""
    bound = ""
    if solution.lower_bound_s is not None and solution.gap is not None:
        bound = f", at least {solution.lower_bound_s} s needed (gap {solution.gap:.2%})"
    lines = [
        f"{problem.name}: {solution.status.value} after {solution.seconds:.1f} s",
        f"travel {solution.travel_s} s{bound}",
    ]
    lines += [route_line(timed(problem, route)) for route in solution.plan.routes]
    if solution.unserved:
        lines.append(f"not served: {', '.join(solution.unserved)}")
    lines += [f"wrong: {fault.sentence}" for fault in solution.violations]
    return "\n".join(lines)


def route_line(route: TimedRoute) -> str:
    """Return one technician's day on one line."""
    stops = ", ".join(f"{stop.visit} {clock(stop.begin)[:5]}" for stop in route.stops)
    lunch = f"; lunch {clock(route.lunch[0])[:5]}" if route.lunch else ""
    leave, home = clock(route.leave_start)[:5], clock(route.arrive_end)[:5]
    return f"  {route.technician} {leave}-{home}: {stops}{lunch}"


if __name__ == "__main__":
    sys.exit(main())
