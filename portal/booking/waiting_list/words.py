"""What somebody on the waiting list looks for, in words for mails and pages."""

from __future__ import annotations

from portal.booking.offering.filters import weekday_name
from portal.booking.waiting_list.wishes import Wishes
from portal.booking.wording import day_in_words
from portal.customers.models import ALL_WEEKDAYS, DayPart
from portal.texts import text


def dates_in_words(wishes: Wishes) -> str:
    """Return "from Monday 8 March to Friday 26 March"."""
    return text(
        "from %(first)s to %(last)s",
        first=day_in_words(wishes.first_on),
        last=day_in_words(wishes.last_on),
    )


def part_in_words(part: DayPart) -> str:
    """Return the part of the day."""
    match part:
        case DayPart.ANY:
            return text("morning or afternoon")
        case DayPart.MORNING:
            return text("only in the morning")
        case DayPart.AFTERNOON:
            return text("only in the afternoon")


def weekdays_in_words(weekdays: int) -> str:
    """Return "Monday, Thursday", or that every day will do."""
    if weekdays == ALL_WEEKDAYS:
        return text("every day that we work")
    return ", ".join(weekday_name(day + 1) for day in range(7) if weekdays >> day & 1)
