"""Compares what a peer read with what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

Span = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar's text, and for every UID in it when the event begins and ends."""

    text: str
    events: Mapping[str, Span]


def span(start: datetime | date, end: datetime | date) -> Span:
    """Return a begin and an end as readers write them."""
    return _written(start), _written(end)


def _written(value: datetime | date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat()


def wrong_moments(calendar: Calendar, reading: Mapping[str, Any]) -> list[str]:
    """Return one sentence for each begin or end that a peer did not find where it is."""
    if "refused" in reading:
        return [f"refused: {reading['refused']}"] * moments_in(calendar)
    seen = {one["uid"]: (one["start"], one["end"]) for one in reading["events"]}
    faults = []
    for uid, right in calendar.events.items():
        found = seen.get(uid, ("nothing", "nothing"))
        faults += [f"{a} for {b}" for a, b in zip(found, right, strict=True) if a != b]
    return faults


def moments_in(calendar: Calendar) -> int:
    """Return how many begins and ends there are to find."""
    return 2 * len(calendar.events)


def refusals(calendar: Calendar, reading: Mapping[str, Any]) -> list[str]:
    """Return a sentence when a peer refused a calendar or found other events than were written."""
    if "refused" in reading:
        return [f"refused: {reading['refused']}"]
    seen = sorted(one["uid"] for one in reading["events"])
    return [] if seen == sorted(calendar.events) else [f"found {seen}"]


def extra_properties(
    readings: Sequence[Mapping[str, Any]], most: Sequence[int | None]
) -> list[str]:
    """Return a sentence for each event in which a peer counts more properties than there may be."""
    faults = []
    for reading, allowed in zip(readings, most, strict=True):
        for one in reading.get("events", ()):
            if allowed is not None and (one["count"] or 0) > allowed:
                faults.append(f"{one['count']} properties for {allowed} in {one['uid']}")
    return faults
