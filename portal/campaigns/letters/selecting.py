"""Whom to write to now, and with which windows; nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from portal.booking.offering.offer import OfferedWindow
from portal.booking.offering.offers import RegionOffers, preferences_among, region_offers
from portal.booking.policy import HORIZON_DAYS
from portal.campaigns.letters.policy import room_for_letters
from portal.campaigns.letters.post import LetterDates, dates_of_letter
from portal.campaigns.letters.queries import (
    is_written_to,
    number_to_write_to,
    places_left,
    visits_to_write_to,
)
from portal.campaigns.letters.three import three_windows
from portal.campaigns.queries import free_places, unanswered_invitations
from portal.clock import local_date
from portal.customers.models import Visit
from portal.planning.policy import NOTICE_DAYS, first_choosable_on
from portal.regions.branch_calendar import BranchCalendar
from portal.regions.models import Region
from portal.regions.queries import branch_calendar

LOOKED_AT_PER_LETTER = 4
CALENDAR_DAYS = 180  # a deadline after the summer holiday, and some weeks


@dataclass(frozen=True, slots=True)
class ChosenLetter:
    """Somebody to write to: the visit, and the openings of the windows to print."""

    visit_id: int
    windows: tuple[OfferedWindow, ...]


@dataclass(frozen=True, slots=True)
class LetterSelection:
    """Whom letters would go to, and why not to more.

    `dates` is None when the letters would arrive in a school holiday. `without_choice` counts
    people for whose address there are no three windows; `due` everybody who is to get a letter.
    """

    dates: LetterDates | None
    room: int = 0
    due: int = 0
    chosen: tuple[ChosenLetter, ...] = ()
    without_choice: int = 0


@dataclass(frozen=True, slots=True)
class PaperOffers:
    """What may stand in letters to one region: it lies after the deadline and in no holiday.

    `left` counts for each date how many more of its places letters may hold.
    """

    offers: RegionOffers
    calendar: BranchCalendar
    first_on: date
    left: Counter[date] = field(default_factory=Counter)

    def three_for(self, visit: Visit) -> tuple[OfferedWindow, ...]:
        """Return the windows for one visit, or none when there are not three."""
        return three_windows(
            one
            for one in self.offers.offer_for(visit).windows
            if one.window.date >= self.first_on
            and self.left[one.window.date] > 0
            and self.calendar.school_holiday(self.offers.region.id, one.window.date) is None
        )

    def take(self, windows: tuple[OfferedWindow, ...]) -> None:
        """Count these windows as held, before they are."""
        self.left.subtract(one.window.date for one in windows)


def select_letters(session: Session, region: Region, wanted: int, now: datetime) -> LetterSelection:
    """Return whom to write to now: due the longest first, with three windows to choose from."""
    today = local_date(now)
    last_on = today + timedelta(days=HORIZON_DAYS)
    due = number_to_write_to(session, region.id, last_on)
    dates = dates_for(session, region, today)
    if dates is None:
        return LetterSelection(None, due=due)
    room = room_for_letters(
        free_places(session, region.id, first_choosable_on(now), last_on),
        unanswered_invitations(session, region.id, today),
    )
    limit = min(wanted, room)
    visits = visits_to_write_to(session, region.id, last_on, limit * LOOKED_AT_PER_LETTER)
    offers = paper_offers(session, region, dates, now, visits)
    chosen: list[ChosenLetter] = []
    without_choice = 0
    for visit in visits:
        if len(chosen) == limit:
            break
        if not is_written_to(visit.customer):
            continue
        if windows := offers.three_for(visit):
            chosen.append(ChosenLetter(visit.id, windows))
            offers.take(windows)
        else:
            without_choice += 1
    return LetterSelection(dates, room, due, tuple(chosen), without_choice)


def dates_for(session: Session, region: Region, today: date) -> LetterDates | None:
    """Return the dates of a letter of today to this region, or None in a school holiday."""
    calendar = _calendar(session, region, today)
    return dates_of_letter(
        today,
        calendar.is_workday,
        lambda day: calendar.school_holiday(region.id, day),
    )


def paper_offers(
    session: Session,
    region: Region,
    dates: LetterDates,
    now: datetime,
    visits: Sequence[Visit],
) -> PaperOffers:
    """Return what may stand in letters to these visits; a handful of queries in all."""
    today = local_date(now)
    first_on = dates.deadline_on + timedelta(days=NOTICE_DAYS)
    last_on = max(first_on, today + timedelta(days=HORIZON_DAYS))
    told = preferences_among(session, (visit.customer.id for visit in visits))
    offers = region_offers(session, region, first_on, last_on, now, told=told)
    left = places_left(session, region.id, {window.date for window in offers.openings})
    return PaperOffers(offers, _calendar(session, region, today), first_on, left)


def _calendar(session: Session, region: Region, today: date) -> BranchCalendar:
    last_on = today + timedelta(days=CALENDAR_DAYS)
    return branch_calendar(session, region.branch_id, today, last_on)
