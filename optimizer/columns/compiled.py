"""Compile the pricing's inner loops with Numba; without Numba the same functions run as they are.

Numba is loaded here and nowhere else, on the first import of a module that uses `compiled`.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Loop = TypeVar("Loop", bound=Callable[..., Any])

# Set to anything to run the loops as plain Python: some hundred times slower, the same answers.
PURE = "OPTIMIZER_PURE_PYTHON"
# Loops that are called from Python; each leaves one index file.
LOOPS = 4


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


def _compiled(loop: Loop, options: dict[str, str]) -> Loop:
    module = numba()
    if module is None:
        return loop
    directory = cache_directory()
    # Without _nrt=False arrays are counted by atomic operations: 20 times slower, measured.
    if directory is None:  # nowhere to write: every process compiles for itself
        return module.njit(_nrt=False, **options)(loop)  # type: ignore[no-any-return]
    usual = module.config.CACHE_DIR
    module.config.CACHE_DIR = str(directory)
    try:
        return module.njit(cache=True, _nrt=False, **options)(loop)  # type: ignore[no-any-return]
    finally:
        module.config.CACHE_DIR = usual


@functools.cache
def cache_directory() -> Path | None:
    """Return where compiled loops are kept, None where nothing can be written.

    Numba looks at the file of a loop alone to tell that it has changed; loops here are compiled
    into each other, so the directory is named after all of their files.
    """
    here = Path(__file__).parent
    sources = [*sorted(here.glob("*.py")), here.parent / "slack.py"]
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    for parent in (here / "__pycache__", Path("~/.cache/tijdvenster").expanduser()):
        directory = parent / f"loops-{digest}"
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=directory):
                return directory
        except OSError:
            continue
    return None


def are_compiled() -> bool:
    """Whether the loops can be loaded ready made, or need no compiling."""
    if numba() is None:
        return True
    directory = cache_directory()
    return directory is not None and len(list(directory.rglob("*.nbi"))) >= LOOPS


def compile_loops() -> float:
    """Compile what is not compiled yet, and return the seconds it took.

    A day with two technicians and three visits goes through every loop.
    """
    started = time.monotonic()
    loops = importlib.import_module("optimizer.columns.rehearsal")
    loops.rehearse()
    return time.monotonic() - started
