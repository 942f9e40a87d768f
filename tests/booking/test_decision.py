"""When is decided and told, by the clock in the Netherlands."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from portal.booking.ticking.decision import decide_at, message_at, told_before
from portal.clock import AMSTERDAM


@pytest.mark.parametrize(
    ("ticked_at", "hears_before"),
    [
        ("2027-03-01 12:00", "2027-03-01 20:00"),
        ("2027-03-01 19:29", "2027-03-01 20:00"),
        ("2027-03-01 19:30", "2027-03-02 20:00"),
        ("2027-03-01 23:59", "2027-03-02 20:00"),
        ("2027-03-02 00:00", "2027-03-02 20:00"),
        ("2027-03-27 22:00", "2027-03-28 20:00"),  # the clock goes forward in between
        ("2027-10-30 22:00", "2027-10-31 20:00"),  # and back
    ],
)
def test_whoever_ticks_hears_before_eight_by_the_clock(ticked_at: str, hears_before: str) -> None:
    local = datetime.fromisoformat(ticked_at).replace(tzinfo=AMSTERDAM)
    wanted = datetime.fromisoformat(hears_before).replace(tzinfo=AMSTERDAM)
    moment = decide_at(local.astimezone(UTC))
    assert told_before(moment) == wanted
    assert timedelta() < told_before(moment) - moment <= timedelta(minutes=20)
    assert message_at(moment) == moment


@pytest.mark.parametrize(
    ("at", "goes"), [("20:59", "20:59"), ("21:00", "08:00"), ("03:00", "08:00"), ("08:00", "08:00")]
)
def test_no_message_goes_at_night(at: str, goes: str) -> None:
    moment = datetime.combine(date(2027, 3, 1), time.fromisoformat(at), AMSTERDAM)
    assert message_at(moment).astimezone(AMSTERDAM).strftime("%H:%M") == goes
