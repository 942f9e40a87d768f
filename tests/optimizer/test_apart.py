from __future__ import annotations

import pickle
import subprocess
import sys

import pytest

from optimizer.apart import answer_to, solve_apart
from optimizer.errors import InvalidProblem, SolverCrashed, SolverTimedOut, UnknownName
from optimizer.plan import Plan, Route
from optimizer.problem import Location, Problem, Technician, TimeWindow, Visit
from optimizer.solve import Status
from optimizer.travel import Matrix

HOME, DOOR = Location(52.09, 5.12), Location(52.0, 5.1)


def one_visit() -> Problem:
    shift = TimeWindow(0, 1000)
    crew = (Technician("t", HOME, HOME, shift),)
    visits = (Visit("v", DOOR, 60, (shift,)),)
    return Problem("one", None, crew, visits, Matrix((HOME, DOOR), [[0, 10], [10, 0]]))


def child(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_the_answer_of_a_process_of_its_own_is_the_solution():
    solution = solve_apart(one_visit(), None, seconds=1, seed=1, timeout=60)
    assert solution.status is Status.PROVEN
    assert solution.plan == Plan((Route("t", ("v",)),))


def test_a_solver_that_hangs_is_ended_and_named():
    with pytest.raises(SolverTimedOut, match=r"no answer within 0\.2 s"):
        answer_to(b"", child("import time; time.sleep(60)"), 0.2)


def test_a_solver_that_dies_is_named_with_its_last_words():
    with pytest.raises(SolverCrashed, match="ended with 3: out of fuel"):
        answer_to(b"", child("import sys; sys.stderr.write('out of fuel'); sys.exit(3)"), 60)


@pytest.mark.parametrize("words", ["", "'half an answer'"])
def test_half_an_answer_is_no_answer(words):
    with pytest.raises(SolverCrashed, match="cannot be read"):
        answer_to(b"", child(f"print({words})"), 60)


def test_an_answer_of_another_kind_is_no_answer():
    code = "import pickle, sys; sys.stdout.buffer.write(pickle.dumps(42))"
    with pytest.raises(SolverCrashed, match="answered with int"):
        answer_to(b"", child(code), 60)


@pytest.mark.parametrize(
    "error", [InvalidProblem("visit 'v'", "is wrong"), UnknownName("no visit 'v'")]
)
def test_an_error_of_the_solver_arrives_as_itself(error):
    code = f"import sys; sys.stdout.buffer.write({pickle.dumps(error)!r})"
    with pytest.raises(type(error), match="'v'"):
        answer_to(b"", child(code), 60)


def test_web_processes_do_not_load_the_routing_library():
    modules = "insertion, check, apart, solve, opening, instances, schedule"
    code = f"import sys; from optimizer import {modules}; assert 'ortools' not in sys.modules"
    assert subprocess.run(child(code), check=False).returncode == 0
