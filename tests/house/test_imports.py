"""What the code asks of its surroundings: named libraries, one committer, one clock."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

OURS = {"optimizer", "portal", "tools", "tests", "migrations", "wsgi"}
RUN = [file for folder in ("optimizer", "portal", "tools") for file in Path(folder).rglob("*.py")]
PROOFS = {"walkthrough", "storm", "peers"}  # tools that may use what tests use
TESTS = list(Path("tests").rglob("*.py"))
# where the clock is read; what they call takes the moment as an argument
CLOCK_READERS = {Path("portal/jobs.py"), Path("portal/timetable.py"), Path("tools/demo_data.py")}


def test_every_library_that_is_imported_is_named_in_the_requirements():
    run, test = named("run"), named("run") | named("test")
    proofs = {file for file in RUN if PROOFS & set(file.parts)}
    start = [Path("wsgi.py"), Path("migrations/env.py")]
    assert not imported([*start, *set(RUN) - proofs]) - run
    assert not imported([*TESTS, *proofs]) - test


def imported(files: list[Path]) -> set[str]:
    """Return the distributions whose modules these files import by name."""
    modules = {name for file in files for name in imported_modules(file)}
    libraries = modules - OURS - set(sys.stdlib_module_names)
    known = packages_distributions()
    return {canonical(known[name][0]) for name in libraries}


def imported_modules(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def named(requirements: str) -> set[str]:
    lines = Path(f"requirements/{requirements}.in").read_text().split("\n")
    found = (re.match(r"[\w.-]+", line) for line in lines if not line.startswith("-"))
    return {canonical(match.group()) for match in found if match}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_nothing_is_committed_but_by_the_transaction():
    committers = {file for file in RUN if calls(file, "commit")}
    assert committers == {Path("portal/database.py")}


def test_the_clock_is_read_in_views_commands_and_jobs_only():
    readers = {file for file in RUN if reads_the_clock(file)}
    doors = {file for file in readers if {"views", "cli"} & {file.stem, file.parent.stem}}
    assert readers - doors - {Path("portal/clock.py")} <= CLOCK_READERS


def reads_the_clock(file: Path) -> bool:
    """Return whether a file asks our clock, or the machine's past it."""
    if any(ast.unparse(call.func.value) == "clock" for call in calls(file, "now")):
        return True
    machine = {"now", "utcnow", "today"}
    found = (call for name in machine for call in calls(file, name))
    return any(ast.unparse(call.func.value) in ("datetime", "date") for call in found)


def calls(file: Path, name: str) -> list[ast.Call]:
    """Return the calls of a method with this name."""
    return [call for call in calls_of_methods(file) if call.func.attr == name]


@cache
def calls_of_methods(file: Path) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
