"""What a proof found, beside what was demanded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a result; `wanted` is empty where nothing is demanded."""

    what: str
    found: str
    wanted: str = ""
    holds: bool = True


def exactly(what: str, found: int, wanted: int = 0) -> Figure:
    """Return a figure that must be one number."""
    return Figure(what, str(found), str(wanted), found == wanted)


def at_most(what: str, found: float, wanted: float, unit: str = "") -> Figure:
    """Return a figure with an upper limit."""
    return Figure(what, f"{found:g}{unit}", f"at most {wanted:g}{unit}", found <= wanted)


def at_least(what: str, found: int, wanted: int) -> Figure:
    """Return a figure with a lower limit."""
    return Figure(what, str(found), f"at least {wanted}", found >= wanted)


def nothing(what: str, found: Sequence[str]) -> Figure:
    """Return a figure that must be 0, with the first thing that was found after all."""
    seen = f" ({found[0]})" if found else ""
    return Figure(what, f"{len(found)}{seen}", "0", not found)


def counted(what: str, found: Mapping[int, int] | Counter[int]) -> Figure:
    """Return how often each status was answered; 0 stands for no answer at all."""
    parts = (f"{status or 'none'}: {number}" for status, number in sorted(found.items()))
    return Figure(what, ", ".join(parts) or "-")


def spread(what: str, milliseconds: Sequence[float]) -> Figure:
    """Return median, 95th percentile and maximum of some times."""
    if len(milliseconds) < 2:
        return Figure(what, "-")
    cuts = quantiles(milliseconds, n=20)
    longest = max(milliseconds)
    return Figure(f"{what}, p50 / p95 / max", f"{cuts[9]:.0f} / {cuts[18]:.0f} / {longest:.0f} ms")


def table(title: str, figures: Iterable[Figure]) -> str:
    """Return the figures as a table in Markdown; what does not hold is marked."""
    lines = [f"### {title}", "", "| what | found | demanded |", "| --- | --- | --- |"]
    for one in figures:
        lines.append(f"| {one.what} | {one.found}{'' if one.holds else ' **!**'} | {one.wanted} |")
    return "\n".join(lines)
