"""Who may import whom: the contracts stand in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

BESIDE = {"messages", "calendar"}


def test_imports_stay_within_the_borders():
    """In a process of its own: it would fill this one with the graph of every import."""
    command = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_subject_has_its_place_in_the_layers():
    contracts = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["importlinter"]
    [layers] = [c["layers"] for c in contracts["contracts"] if c["type"] == "layers"]
    subjects = {file.parent.name for file in Path("portal").glob("*/__init__.py")}
    assert subjects == set(layers) | BESIDE


def test_heavy_libraries_stay_out_of_the_web_process():
    """The solver brings 100 MB along; it runs in a process of its own."""
    command = (
        "import sys; import portal.application;"
        "print([name for name in ('ortools', 'pandas', 'weasyprint') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr
