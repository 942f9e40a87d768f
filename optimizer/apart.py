"""Solve in a process of its own.

OR-Tools' routing holds the interpreter lock for the whole solve and may crash a process that
solves twice. Here a crash or a hang ends the child alone and comes back as a named error.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

from optimizer.errors import OptimizerError, SolverCrashed, SolverTimedOut
from optimizer.plan import Plan
from optimizer.problem import Problem
from optimizer.solve import Solution, solve
from optimizer.warm import warm

# What of a dying child's last words goes into the error.
LAST_WORDS = 500


def solve_apart(
    problem: Problem, incumbent: Plan | None, *, seconds: float, seed: int, timeout: float
) -> Solution:
    """Return `solve`'s answer from a fresh process that lives `timeout` seconds at most.

    Raises SolverTimedOut or SolverCrashed, and the OptimizerError that the child met.
    """
    task = pickle.dumps((problem, incumbent, seconds, seed))
    return answer_to(task, [sys.executable, "-m", "optimizer.apart"], timeout)


def answer_to(task: bytes, command: list[str], timeout: float) -> Solution:
    """Return what the command answers on its output to a task on its input."""
    package = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path}
    try:
        child = subprocess.run(
            command, input=task, capture_output=True, timeout=timeout, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise SolverTimedOut(f"no answer within {timeout} s") from None
    if child.returncode:
        words = child.stderr.decode(errors="replace")[-LAST_WORDS:].strip()
        raise SolverCrashed(f"the solver ended with {child.returncode}: {words}")
    return unpacked(child.stdout)


def unpacked(output: bytes) -> Solution:
    """Return the child's solution; raises the error it sent, SolverCrashed for anything else."""
    try:
        answer = pickle.loads(output)  # written by our own child, over a pipe nobody else has
    except (pickle.UnpicklingError, EOFError) as fault:
        raise SolverCrashed("the solver's answer cannot be read") from fault
    if isinstance(answer, OptimizerError):
        raise answer
    if not isinstance(answer, Solution):
        raise SolverCrashed(f"the solver answered with {type(answer).__name__}")
    return answer


def main() -> None:
    """Answer one task from standard input on standard output."""
    # OR-Tools may print: whatever it writes goes to standard error, the answer to the old output.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    problem, incumbent, seconds, seed = pickle.load(sys.stdin.buffer)
    warm(seconds)  # the seconds are for searching
    answer: Solution | OptimizerError
    try:
        answer = solve(problem, incumbent, seconds=seconds, seed=seed)
    except OptimizerError as error:
        answer = error
    with answers:
        pickle.dump(answer, answers)


if __name__ == "__main__":
    main()
