"""Compile inner loops with Numba; without Numba the same functions run as they are.

Numba is loaded here and nowhere else, when the first loop is compiled or looked up on disk.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar

Loop = TypeVar("Loop", bound=Callable[..., Any])

# Set to anything to run the loops as plain Python: some hundred times slower, the same answers.
PURE = "OPTIMIZER_PURE_PYTHON"
HERE = Path(__file__).parent
# Packages of loops, and how many of each are called from Python: each leaves one index file.
COLUMNS, STRINGS = HERE / "columns", HERE / "strings"
LOOPS = {COLUMNS: 4, STRINGS: 1}
# Compiling takes 20-40 s of processor time, once: a run shorter than this goes without rather than
# overrun.
COMPILING_S = 90.0
# Loops that only other loops call: without these a third of the compiling is saved.
INNER = {"cache": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def numba() -> Any | None:
    """Return the Numba module, None when it is not installed or not wanted."""
    if os.environ.get(PURE):
        return None
    try:
        return importlib.import_module("numba")
    except ImportError:
        return None


def compiled(loop: Loop) -> Loop:
    """Return the loop compiled by Numba, kept on disk where a directory can be written."""
    return _compiled(loop, {})


def inlined(loop: Loop) -> Loop:
    """Return a loop that is compiled into its callers.

    A call would copy and count references to some twenty arrays: ten times the work of most loops.
    """
    return _compiled(loop, {"inline": "always"})


def linked(loops: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    """Return the last of some plain functions compiled, each calling the compiled ones before it.

    The functions themselves stay as they are, so that both can run in one process.
    """
    made: dict[str, Any] = {}
    for loop in loops:
        assert isinstance(loop, FunctionType)
        twin = FunctionType(loop.__code__, {**loop.__globals__, **made}, loop.__name__)
        twin.__annotations__, twin.__module__ = loop.__annotations__, loop.__module__
        made[loop.__name__] = _compiled(twin, {} if loop is loops[-1] else INNER)
    return made[loops[-1].__name__]  # type: ignore[no-any-return]


def _compiled(loop: Loop, options: dict[str, Any]) -> Loop:
    module = numba()
    if module is None:
        return loop
    directory = cache_directory(Path(loop.__code__.co_filename).parent)
    # Without _nrt=False arrays are counted by atomic operations: 20 times slower, measured.
    options = {"cache": directory is not None, "_nrt": False, **options}
    usual = module.config.CACHE_DIR
    module.config.CACHE_DIR = str(directory or usual)
    try:
        return module.njit(**options)(loop)  # type: ignore[no-any-return]
    finally:
        module.config.CACHE_DIR = usual


@functools.cache
def cache_directory(package: Path) -> Path | None:
    """Return where a package's compiled loops are kept, None where nothing can be written.

    Numba looks at the file of a loop alone to tell that it has changed; loops here are compiled
    into each other, so the directory is named after all of their files.
    """
    sources = [*sorted(package.glob("*.py")), HERE / "slack.py"]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    kept_at_home = Path("~/.cache/tijdvenster").expanduser()
    for parent in (package / "__pycache__", kept_at_home / package.name):
        directory = parent / f"loops-{digest}"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=directory):
                return directory
        except OSError:
            continue
    return None


def are_compiled(package: Path) -> bool:
    """Whether a package's loops can be loaded ready made, or need no compiling."""
    if numba() is None:
        return True
    directory = cache_directory(package)
    return directory is not None and len(list(directory.rglob("*.nbi"))) >= LOOPS[package]


def may_use(package: Path, seconds: float) -> bool:
    """Whether a run of so many seconds can afford a package's loops."""
    return are_compiled(package) or seconds > COMPILING_S


def compile_loops() -> float:
    """Compile what is not compiled yet, and return the seconds it took.

    A day with one technician and two visits goes through every loop.
    """
    started = time.monotonic()
    for package in LOOPS:
        importlib.import_module(f"optimizer.{package.name}.rehearsal").rehearse()
    return time.monotonic() - started


if __name__ == "__main__":
    compile_loops()
