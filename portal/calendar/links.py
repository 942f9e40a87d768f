"""Addresses that open a new entry in a customer's web calendar.

Such a copy does not follow changes: no deep link carries a UID. Say so where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from portal.calendar.cleaning import lines, one_line
from portal.calendar.invite import CalendarEvent
from portal.calendar.zone import AMSTERDAM

DESCRIPTION_LIMIT = 500  # whole addresses stay below 2,000 characters


@dataclass(frozen=True)
class DeepLinks:
    """One address per web calendar; Outlook has two, for private and for work accounts."""

    google: str
    outlook: str
    office: str
    yahoo: str


def deep_links(event: CalendarEvent) -> DeepLinks:
    """Return the addresses that put this event in a calendar on the web."""
    return DeepLinks(
        google=_google(event),
        outlook=_outlook("outlook.live.com", event),
        office=_outlook("outlook.office.com", event),
        yahoo=_yahoo(event),
    )


def _google(event: CalendarEvent) -> str:
    return _address(
        "https://calendar.google.com/calendar/render",
        action="TEMPLATE",
        text=one_line(event.summary),
        dates=f"{_basic(event.start)}/{_basic(event.end)}",
        details=lines(event.description, DESCRIPTION_LIMIT),
        location=one_line(event.location),
    )


def _outlook(host: str, event: CalendarEvent) -> str:
    return _address(
        f"https://{host}/calendar/0/action/compose",
        path="/calendar/action/compose",
        rru="addevent",
        subject=one_line(event.summary),
        startdt=event.start.astimezone(AMSTERDAM).isoformat(),
        enddt=event.end.astimezone(AMSTERDAM).isoformat(),
        allday="false",
        body=lines(event.description, DESCRIPTION_LIMIT),
        location=one_line(event.location),
    )


def _yahoo(event: CalendarEvent) -> str:
    return _address(
        "https://calendar.yahoo.com/",
        v="60",
        title=one_line(event.summary),
        st=_basic(event.start),
        et=_basic(event.end),
        dur="false",
        desc=lines(event.description, DESCRIPTION_LIMIT),
        in_loc=one_line(event.location),
    )


def _basic(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _address(page: str, **values: str) -> str:
    """Return the page with its query; spaces become %20, which all of them read."""
    return f"{page}?{urlencode(values, quote_via=quote)}"
