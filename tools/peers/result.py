"""What a peer said of a check, and the table of all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum


class Demand(Enum):
    """What must be seen of a count of faults."""

    NONE = "0"
    SOME = "some"  # a control: the peer must see what was broken on purpose
    ALL = "all"  # a control of which none may be missed
    NOTHING = ""  # told, not demanded


@dataclass(frozen=True, slots=True)
class Result:
    """One line: how many of `total` a peer found wrong, and the first of them in words.

    `wrong` is None when the peer is absent: then nothing was judged.
    """

    check: str
    peer: str
    wrong: int | None
    total: int = 0
    first: str = ""
    demand: Demand = Demand.NONE

    @property
    def is_absent(self) -> bool:
        """Whether nobody judged."""
        return self.wrong is None

    @property
    def holds(self) -> bool:
        """Whether what was demanded was seen. What was judged by nobody does not hold."""
        if self.wrong is None or (self.total == 0 and self.demand is not Demand.NOTHING):
            return False
        return {
            Demand.NONE: self.wrong == 0,
            Demand.SOME: self.wrong > 0,
            Demand.ALL: self.wrong == self.total,
            Demand.NOTHING: True,
        }[self.demand]


def absent(check: str, peer: str) -> Result:
    """Return the line of a peer that is not there."""
    return Result(check, peer, None)


def counted(
    check: str, peer: str, faults: Sequence[str], total: int, demand: Demand = Demand.NONE
) -> Result:
    """Return a line from the faults themselves."""
    return Result(check, peer, len(faults), total, faults[0] if faults else "", demand)


def table(results: Iterable[Result]) -> str:
    """Return the lines as a table in Markdown; what does not hold is marked."""
    lines = ["| check | peer | wrong | of | demanded | |", "| --- | --- | --- | --- | --- | --- |"]
    for one in results:
        if one.is_absent:
            lines.append(f"| {one.check} | {one.peer} | absent | | | |")
            continue
        mark = "" if one.holds else " **!**"
        words = "" if one.holds else in_cell(one.first)
        lines.append(
            f"| {one.check} | {one.peer} | {one.wrong}{mark} | {one.total}"
            f" | {one.demand.value} | {words} |"
        )
    return "\n".join(lines)


def in_cell(words: str) -> str:
    """Return words that cannot break out of a table's cell."""
    return words.encode("unicode_escape").decode().replace("|", "/")[:160]


def verdict(results: Sequence[Result]) -> tuple[int, str]:
    """Return an exit code and a sentence: 1 for a fault, 2 when all hold but some are absent."""
    faults = [one for one in results if not one.is_absent and not one.holds]
    missing = sorted({one.peer for one in results if one.is_absent})
    if faults:
        return 1, f"{len(faults)} of {len(results)} lines do not hold."
    if missing or not results:
        return 2, "What was judged holds. Absent, so nothing is known: " + ", ".join(missing)
    return 0, f"All {len(results)} lines hold; no peer was absent."
