from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from portal.regions.errors import HolidaysUnknown
from portal.regions.holidays_nl import (
    SchoolBreak,
    known_until,
    public_holidays,
    school_holiday,
    school_holidays,
)
from portal.regions.models import SchoolZone
from portal.texts import spoken_to

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
ONE_DAY = timedelta(days=1)
NOORD, MIDDEN, ZUID = SchoolZone


def published(name: str) -> list[dict[str, str]]:
    file = SHARED / name
    if not file.exists():
        pytest.skip(f"the published table {name} is not beside this checkout")
    with file.open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def test_all_105_published_school_holidays_agree(record_testsuite_property):
    rows = published("school_holidays_nl.csv")
    agreeing = 0
    for row in rows:
        found = school_holiday(SchoolZone(row["region"]), date.fromisoformat(row["start_date"]))
        assert found is not None, row
        ours = (found.kind.value.lower(), str(found.first_on), str(found.last_on))
        agreeing += ours == (row["holiday"], row["start_date"], row["end_date"])
    record_testsuite_property("school_holidays_that_agree", f"{agreeing} of {len(rows)}")
    assert (agreeing, len(rows)) == (105, 105)


def test_public_holidays_agree_but_for_liberation_day_once_in_five_years():
    rows = published("public_holidays_nl.csv")
    differing = [
        row["date"]
        for row in rows
        if (date.fromisoformat(row["date"]) in public_holidays(int(row["date"][:4])))
        != (row["general_day_off"] == "yes")
    ]
    assert differing == ["2025-05-05", "2030-05-05"]


def test_good_friday_is_worked_and_kings_day_is_not():
    assert date(2027, 3, 26) not in public_holidays(2027)
    assert public_holidays(2027)[date(2027, 4, 27)] == "Koningsdag"


def test_kings_day_on_a_sunday_is_kept_on_saturday():
    assert date(2031, 4, 26) in public_holidays(2031)
    assert date(2031, 4, 27) not in public_holidays(2031)


@pytest.mark.parametrize("zone", SchoolZone)
def test_every_school_holiday_runs_from_saturday_to_sunday_in_whole_weeks(zone):
    recent = [one for one in school_holidays(zone) if one.first_on.year >= 2015]
    for holiday in recent:
        days = (holiday.last_on - holiday.first_on).days + 1
        assert (holiday.first_on.weekday(), holiday.last_on.weekday()) == (5, 6), holiday
        assert days in (9, 16, 44), holiday


def test_a_holiday_over_new_year_is_one():
    found = school_holiday(NOORD, date(2027, 1, 1))
    assert found == school_holiday(NOORD, date(2026, 12, 25))
    assert (found.first_on, found.last_on) == (date(2026, 12, 19), date(2027, 1, 3))


def test_zones_have_holidays_of_their_own():
    assert school_holiday(NOORD, date(2026, 10, 12)) is not None
    assert school_holiday(MIDDEN, date(2026, 10, 12)) is None


@pytest.mark.parametrize("zone", SchoolZone)
def test_a_day_after_the_last_known_school_year_is_refused_not_free(zone):
    last_on = known_until(zone)
    assert school_holiday(zone, last_on).kind is SchoolBreak.SUMMER
    with pytest.raises(HolidaysUnknown):
        school_holiday(zone, last_on + ONE_DAY)
    with pytest.raises(HolidaysUnknown):
        school_holiday(zone, date(2099, 8, 1))
    with pytest.raises(HolidaysUnknown):
        school_holiday(zone, date(2013, 12, 31))


def test_the_refusal_says_until_when_the_holidays_are_known():
    with pytest.raises(HolidaysUnknown) as refused:
        school_holiday(ZUID, date(2099, 1, 1))
    with spoken_to("en"):
        assert str(known_until(ZUID)) in refused.value.sentence


def test_the_tables_reach_a_year_ahead():
    """Fails a year before the tables end: install a newer version of `holidays` then."""
    assert min(known_until(zone) for zone in SchoolZone) > date.today() + timedelta(days=365)  # noqa: DTZ011


def test_holidays_have_dutch_names(app):
    with app.app_context(), spoken_to("nl"):
        assert school_holiday(NOORD, date(2026, 10, 12)).name == "Herfstvakantie"
    with app.app_context(), spoken_to("en"):
        assert school_holiday(NOORD, date(2026, 10, 12)).name == "Autumn holiday"
