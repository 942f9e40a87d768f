"""Two-hour windows: local times for people, elapsed seconds since midnight for the optimiser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import optimizer.problem as optimizer
from portal.clock import AMSTERDAM

STANDARD_WINDOWS: tuple[tuple[time, time], ...] = (
    (time(8), time(10)),
    (time(10), time(12)),
    (time(12), time(14)),
    (time(14), time(16)),
)
NOON = time(12)


@dataclass(frozen=True, order=True, slots=True)
class Window:
    """A period on a local date in which the technician arrives; both ends belong to it."""

    date: date
    start: time
    end: time

    @property
    def is_morning(self) -> bool:
        """Whether the technician comes before noon at the latest."""
        return self.end <= NOON

    def starts_at(self) -> datetime:
        """Return the moment at which the window begins."""
        return datetime.combine(self.date, self.start, AMSTERDAM)

    def ends_at(self) -> datetime:
        """Return the moment at which the window ends."""
        return datetime.combine(self.date, self.end, AMSTERDAM)


@lru_cache(maxsize=4096)  # every page with windows asks for the same few hundred
def elapsed_seconds(day: date, local: time) -> int:
    """Return the seconds that have truly passed since midnight when the clock says `local`.

    On the days on which the clock changes this differs by an hour from what the clock shows.
    """
    midnight = datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
    return int((datetime.combine(day, local, AMSTERDAM).astimezone(UTC) - midnight).total_seconds())


def local_time(day: date, seconds: int) -> time:
    """Return what the clock says after so many elapsed seconds since local midnight."""
    midnight = datetime.combine(day, time(), AMSTERDAM).astimezone(UTC)
    return (midnight + timedelta(seconds=seconds)).astimezone(AMSTERDAM).time()


def time_window(day: date, start: time, end: time) -> optimizer.TimeWindow:
    """Return a period of a day as the optimiser knows it."""
    return optimizer.TimeWindow(elapsed_seconds(day, start), elapsed_seconds(day, end))
