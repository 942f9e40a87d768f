"""What every table says besides its figures: versions, commit, machine; and tables themselves."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

LIBRARIES = ("numpy", "ortools", "numba", "pyvrp", "pyvroom")
# One thread each, set before NumPy and the solvers are loaded.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def on_one_core() -> None:
    """Keep this process and its children on one core, where the system lets us."""
    for name in THREADS:
        os.environ.setdefault(name, "1")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def machine() -> str:
    """Return commit, versions and how noisy this machine was a moment ago, on two lines."""
    python = f"Python {platform.python_version()}"
    versions = [f"{name} {version(name)}" for name in LIBRARIES if version(name)]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    noise = f"the same work took {noise_ratio():.2f} x its best time (median of 15)"
    return (
        f"commit {commit()}; {python}, {', '.join(versions)}\n{platform.machine()}, {load}; {noise}"
    )


def version(name: str) -> str | None:
    """Return the version of an installed library, None when it is absent."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def commit() -> str:
    """Return the commit at hand, with a plus when files differ from it."""
    folder = Path(__file__).parent
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
            capture_output=True, text=True, check=True, cwd=folder,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


def noise_ratio() -> float:
    """Return the median over the best of 15 equal pieces of work, by wall time."""
    times = [seconds_of(lambda: sum(range(200_000))) for _ in range(15)]
    return statistics.median(times) / min(times)


def seconds_of(work: Callable[[], object]) -> float:
    """Return the wall seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def cpu_seconds_of(work: Callable[[], object]) -> float:
    """Return the processor seconds that some work takes in this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with its columns aligned."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    lines = [heads, ["-" * width for width in widths], *rows]
    return "\n".join(table_line(line, widths) for line in lines)


def table_line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return one line of a table."""
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return f"| {' | '.join(padded)} |"


def require(name: str) -> None:
    """End the command with a hint when a library of the benchmarks is not installed."""
    if version(name) is None:
        sys.exit(f"{name} is not installed: make bench")
