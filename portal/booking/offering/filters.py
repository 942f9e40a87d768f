"""Which of the offered windows somebody wants to see: part of the day, weekdays, from when. Pure.

Nothing is lost: how many windows are hidden is always told, and one link shows them again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from babel.dates import get_day_names
from werkzeug.datastructures import MultiDict

from portal.booking.offering.offer import Offer, OfferedDay, offer_of
from portal.customers.liking import is_in_part, is_on_weekdays
from portal.customers.models import DayPart
from portal.pages import date_in_words
from portal.planning.windows import Window
from portal.texts import language, text

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)  # typing errors lie outside
WRITTEN = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})")
WEEKDAYS = range(1, 8)  # 1 for Monday, as ISO 8601 counts


@dataclass(frozen=True, slots=True)
class Filters:
    """What somebody wants to see. `weekdays` has bit 0 for Monday; 0 means every day."""

    part: DayPart = DayPart.ANY
    weekdays: int = 0
    from_on: date | None = None

    def shows(self, window: Window) -> bool:
        """Return whether a window is among those that somebody wants to see."""
        return (
            is_in_part(self.part, window.end)
            and is_on_weekdays(self.weekdays, window.date)
            and (self.from_on is None or window.date >= self.from_on)
        )

    @property
    def is_active(self) -> bool:
        """Whether anything could be hidden."""
        return self != NO_FILTERS

    @property
    def chosen_weekdays(self) -> tuple[int, ...]:
        """The weekdays that are asked for, 1 for Monday; none when every day will do."""
        return tuple(one for one in WEEKDAYS if self.weekdays >> (one - 1) & 1)

    @property
    def query(self) -> list[tuple[str, str]]:
        """What stands in an address that shows the same again; each name stands there once."""
        query = [("part", self.part.value)] if self.part is not DayPart.ANY else []
        if self.weekdays:
            query.append(("weekday", "".join(str(one) for one in self.chosen_weekdays)))
        if self.from_on is not None:
            query.append(("from", self.from_on.isoformat()))
        return query

    @property
    def words(self) -> tuple[str, ...]:
        """What is shown, in words: only mornings; Monday, Tuesday; from 9 March 2027."""
        said = {
            DayPart.MORNING: text("only mornings"),
            DayPart.AFTERNOON: text("only afternoons"),
        }
        words = [said[self.part]] if self.part in said else []
        if self.weekdays:
            words.append(", ".join(weekday_name(one) for one in self.chosen_weekdays))
        if self.from_on is not None:
            words.append(text("from %(day)s", day=date_in_words(self.from_on)))
        return tuple(words)


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows of an offer. `weekdays` are those on which anything is offered at all;

    `misread` is what was typed as a date and is none.
    """

    days: tuple[OfferedDay, ...]
    filters: Filters
    shows_all: bool
    has_more: bool
    hidden: int
    weekdays: tuple[int, ...]
    misread: str = ""

    @property
    def more(self) -> str:
        """What follows the path in the address that shows all of it, with the same filters."""
        return "?" + urlencode([*self.filters.query, ("all", "1")])

    @property
    def is_best_first(self) -> bool:
        """Whether the days stand in the order of what suits best, and not by date."""
        return not self.shows_all and len(self.days) > 1


def shown_of(offer: Offer, asked: Mapping[str, str]) -> Shown:
    """Return what a page shows of an offer when this is asked for in its address."""
    filters, shows_all = filters_from(asked), asked.get("all") == "1"
    kept = [one for one in offer.windows if filters.shows(one.window)]
    part = offer if len(kept) == len(offer.windows) else offer_of(kept, offer.usual_s)
    return Shown(
        days=part.all if shows_all else part.first,
        filters=filters,
        shows_all=shows_all,
        has_more=part.has_more and not shows_all,
        hidden=len(offer.windows) - len(kept),
        weekdays=tuple(sorted({day.date.isoweekday() for day in offer.all})),
        misread="" if filters.from_on is not None else asked.get("from", "").strip(),
    )


def filters_from(asked: Mapping[str, str]) -> Filters:
    """Return the filters of an address; what cannot be understood filters nothing."""
    parts = {part.value: part for part in DayPart}
    part = parts.get(asked.get("part", ""), DayPart.ANY)
    return Filters(part, _bits(_all_of(asked, "weekday")), day_from(asked.get("from", "")))


def day_from(typed: str) -> date | None:
    """Return a date as browsers send it (2027-03-11) or people write it (11-3-2027), or None."""
    compact = typed.strip()
    written = WRITTEN.fullmatch(compact)
    if written is not None:
        compact = f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}"
    try:
        day = date.fromisoformat(compact)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def weekday_name(weekday: int) -> str:
    """Return the name of a weekday, 1 for Monday, in the reader's language."""
    return str(get_day_names("wide", locale=language())[weekday - 1])


def _all_of(asked: Mapping[str, str], name: str) -> Sequence[str]:
    if isinstance(asked, MultiDict):
        return asked.getlist(name)
    return [asked[name]] if name in asked else []


def _bits(typed: Iterable[str]) -> int:
    known = {str(one): 1 << (one - 1) for one in WEEKDAYS}
    return sum({known[one] for digits in typed for one in digits if one in known})
