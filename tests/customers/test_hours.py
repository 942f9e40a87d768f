"""When a message may go: by day, at the customer's own hour, over both changes of the clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clock import AMSTERDAM, DAY_BEGINS, DAY_ENDS
from portal.customers.hours import HOURS, Urgency, due_at

SPAN = (datetime(2026, 1, 1), datetime(2028, 1, 1))  # noqa: DTZ001 (Hypothesis adds the zone)
MOMENTS = st.datetimes(*SPAN, timezones=st.just(UTC))


def at(day: str, clock: str, fold: int = 0) -> datetime:
    moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=AMSTERDAM, fold=fold)
    return moment.astimezone(UTC)


def waits(hour: time | None, now: datetime, latest: datetime | None = None) -> datetime:
    return due_at(hour, now, Urgency.CAN_WAIT, latest)


@pytest.mark.parametrize(
    ("hour", "now", "due"),
    [
        (None, ("2027-03-01", "12:00"), ("2027-03-01", "12:00")),
        (None, ("2027-03-01", "08:00"), ("2027-03-01", "08:00")),
        (None, ("2027-03-01", "07:59"), ("2027-03-01", "08:00")),
        (None, ("2027-03-01", "20:59"), ("2027-03-01", "20:59")),
        (None, ("2027-03-01", "21:00"), ("2027-03-02", "08:00")),
        (None, ("2027-12-31", "23:30"), ("2028-01-01", "08:00")),
        (time(18), ("2027-03-01", "12:00"), ("2027-03-01", "18:00")),
        (time(18), ("2027-03-01", "18:00"), ("2027-03-01", "18:00")),
        (time(18), ("2027-03-01", "18:01"), ("2027-03-02", "18:00")),
        (time(6), ("2027-03-01", "12:00"), ("2027-03-02", "08:00")),
        (time(23), ("2027-03-01", "12:00"), ("2027-03-01", "20:00")),
    ],
)
def test_what_can_wait_goes_by_day_at_the_hour_that_was_told(hour, now, due):
    assert waits(hour, at(*now)) == at(*due)


@pytest.mark.parametrize(
    ("hour", "now", "due"),
    [
        # the clock goes forward on 2027-03-28 at 02:00: the night has an hour less
        (None, at("2027-03-27", "22:00"), datetime(2027, 3, 28, 6, tzinfo=UTC)),
        (None, at("2027-03-28", "01:59"), datetime(2027, 3, 28, 6, tzinfo=UTC)),
        (None, at("2027-03-28", "03:00"), datetime(2027, 3, 28, 6, tzinfo=UTC)),
        (time(19), at("2027-03-27", "20:30"), datetime(2027, 3, 28, 17, tzinfo=UTC)),
        # it goes back on 2026-10-25 at 03:00: between two and three comes twice
        (None, at("2026-10-24", "22:00"), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (None, at("2026-10-25", "02:30"), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (None, at("2026-10-25", "02:30", fold=1), datetime(2026, 10, 25, 7, tzinfo=UTC)),
        (time(19), at("2026-10-24", "20:30"), datetime(2026, 10, 25, 18, tzinfo=UTC)),
    ],
)
def test_the_clock_may_change_in_between(hour, now, due):
    assert waits(hour, now) == due


def test_what_somebody_waits_for_goes_at_once_even_at_night():
    night = at("2027-03-01", "03:00")
    assert due_at(time(18), night, Urgency.AT_ONCE) == night


def test_what_would_come_too_late_goes_as_soon_as_it_may():
    noon, night = at("2027-03-01", "12:00"), at("2027-03-01", "23:00")
    assert waits(time(9), noon, latest=at("2027-03-01", "18:00")) == noon
    assert waits(time(9), night, latest=at("2027-03-02", "08:30")) == at("2027-03-02", "08:00")
    assert waits(time(9), night, latest=at("2027-03-02", "07:00")) == night


@given(MOMENTS, st.one_of(st.none(), st.sampled_from(HOURS)))
def test_it_is_never_before_now_never_at_night_and_within_a_day(now, hour):
    due = waits(hour, now)
    assert now <= due <= now + timedelta(hours=25)
    assert DAY_BEGINS <= due.astimezone(AMSTERDAM).time() < DAY_ENDS
    assert hour is None or due.astimezone(AMSTERDAM).time() == hour
