"""The time zone that goes with every invite."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from icalendar import Timezone

NAME = "Europe/Amsterdam"
AMSTERDAM = ZoneInfo(NAME)

# Constant, with yearly rules. icalendar 7.3 would write a list of dates instead, of which ical.js
# (Thunderbird, Nextcloud) and vobject read the first only: one hour wrong all summer.
VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:Europe/Amsterdam
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")


def timezone() -> Timezone:
    """Return the component; a new one each time, for components can be changed."""
    zone = Timezone.from_ical(VTIMEZONE)
    if not isinstance(zone, Timezone):
        raise TypeError("the constant is not one VTIMEZONE")
    return zone
