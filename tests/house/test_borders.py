"""Who may import whom: the contracts stand in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

BESIDE = {"messages", "calendar"}
ROOF = {"application", "health", "timetable"}  # they know the subjects, and put them together


def test_imports_stay_within_the_borders():
    """In a process of its own: it would fill this one with the graph of every import."""
    command = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def contract(name: str) -> dict[str, list[str]]:
    """Return the one contract whose name begins so; modules without `portal.`."""
    settings = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["importlinter"]
    [found] = [one for one in settings["contracts"] if one["name"].startswith(name)]
    lists = {key: value for key, value in found.items() if isinstance(value, list)}
    return {key: [one.removeprefix("portal.") for one in value] for key, value in lists.items()}


def subjects() -> set[str]:
    return {file.parent.name for file in Path("portal").glob("*/__init__.py")}


def single_modules() -> set[str]:
    return {file.stem for file in Path("portal").glob("*.py")} - {"__init__"}


def test_every_subject_has_its_place_in_the_layers():
    assert subjects() == set(contract("Subjects import")["layers"]) | BESIDE


def test_everything_but_planning_is_kept_from_the_optimiser():
    kept_from_it = set(contract("Only planning")["source_modules"])
    assert kept_from_it == (subjects() | single_modules()) - {"planning"}


def test_every_single_module_is_ground_floor_or_roof():
    ground = contract("The ground floor")
    assert set(ground["source_modules"]) == single_modules() - ROOF
    assert set(ground["forbidden_modules"]) == subjects() | ROOF


def test_messages_and_calendar_are_kept_from_every_subject():
    assert set(contract("Messages and calendar")["forbidden_modules"]) == subjects() - BESIDE


def test_heavy_libraries_stay_out_of_the_web_process():
    """The solver brings 100 MB along; it runs in a process of its own."""
    command = (
        "import sys; import portal.application;"
        "print([name for name in ('ortools', 'pandas', 'weasyprint') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
