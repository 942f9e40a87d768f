"""The pure parts of `python -m tools.peers`: what counts as wrong; and nobody absent passes."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, date, datetime

import pytest

from portal.calendar.invite import publish
from portal.calendar.links import deep_links
from tests.calendar.events import EVENT
from tools.peers.__main__ import arguments
from tools.peers.home import Home
from tools.peers.hostile_calendars import cleaned
from tools.peers.judging import Calendar, extra_properties, refusals, span, wrong_moments
from tools.peers.links import compared, random_events
from tools.peers.messages import invited
from tools.peers.result import Demand, Result, absent, counted, table, verdict
from tools.peers.times import NEAR, dated_calendars, with_library_zone

START, END = datetime(2027, 6, 10, 6, tzinfo=UTC), datetime(2027, 6, 10, 8, tzinfo=UTC)
VISIT = Calendar("", {"visit": span(START, END)})


def read(uid: str, start: str, end: str, count: int | None = None) -> dict[str, object]:
    return {"events": [{"uid": uid, "start": start, "end": end, "count": count}]}


def test_an_hour_beside_is_wrong_and_so_is_nothing():
    right = read("visit", "2027-06-10T06:00:00Z", "2027-06-10T08:00:00Z")
    assert wrong_moments(VISIT, right) == []
    beside = read("visit", "2027-06-10T07:00:00Z", "2027-06-10T08:00:00Z")
    assert wrong_moments(VISIT, beside) == ["2027-06-10T07:00:00Z for 2027-06-10T06:00:00Z"]
    assert len(wrong_moments(VISIT, read("another", "", ""))) == 2
    assert len(wrong_moments(VISIT, {"refused": "no"})) == 2


def test_a_day_is_not_a_moment():
    day = Calendar("", {"visit": span(date(2027, 6, 10), date(2027, 6, 11))})
    assert wrong_moments(day, read("visit", "2027-06-10", "2027-06-11")) == []
    assert len(wrong_moments(day, read("visit", "2027-06-10T00:00:00Z", "2027-06-11"))) == 1


def test_a_reader_that_hides_an_event_refuses_it():
    assert refusals(VISIT, read("visit", "", "")) == []
    assert refusals(VISIT, {"events": []})
    assert refusals(VISIT, {"refused": "no"})


def test_one_property_too_many_is_seen_where_the_reader_counts():
    assert extra_properties([read("visit", "", "", 6)], [6]) == []
    assert extra_properties([read("visit", "", "", 7)], [6])
    assert extra_properties([read("visit", "", "")], [None]) == []


@pytest.mark.parametrize(
    ("wrong", "demand", "holds"),
    [
        (0, Demand.NONE, True), (1, Demand.NONE, False),
        (0, Demand.SOME, False), (1, Demand.SOME, True),
        (9, Demand.ALL, False), (10, Demand.ALL, True),
        (5, Demand.NOTHING, True),
    ],
)  # fmt: skip
def test_a_control_holds_when_it_fails(wrong: int, demand: Demand, holds: bool):
    assert Result("check", "peer", wrong, 10, demand=demand).holds is holds


def test_what_nobody_judged_holds_nothing():
    assert not absent("check", "peer").holds
    assert not counted("check", "peer", [], 0).holds
    right = counted("check", "peer", [], 10)
    assert verdict([right])[0] == 0
    assert verdict([right, absent("check", "other")])[0] == 2
    assert "other" in verdict([right, absent("check", "other")])[1]
    assert verdict([counted("check", "peer", ["fault"], 10), absent("x", "y")])[0] == 1
    assert verdict([])[0] == 2
    assert "| x | y | absent |" in table([absent("x", "y")])


def test_the_first_fault_stands_in_the_table_without_breaking_it():
    shown = table([counted("check", "peer", ["a|b\x00"], 10)])
    assert "| 1 **!** | 10 | 0 | a/b\\x00 |" in shown
    assert len(shown.splitlines()) == 3


def test_an_empty_home_has_no_peer(tmp_path):
    home = Home(tmp_path)
    assert home.versions("khal", "xandikos") == {"khal": "", "xandikos": ""}
    assert home.npm_version("ical.js") == ""


def test_both_days_of_change_are_among_the_ten():
    days = {local[:3] for local, _ in NEAR}
    assert {(2027, 3, 28), (2027, 10, 31)} <= days
    assert len(NEAR) == len({local for local, _ in NEAR}) == 10
    calendars = [*dated_calendars(NEAR)]
    assert len(calendars) == 21
    assert sum(len(one.events) for one in calendars) == 30


def test_the_controls_differ_only_in_what_they_break():
    download = publish(EVENT).decode()
    broken = with_library_zone(download)
    assert "RDATE" in broken
    assert broken.split("END:VTIMEZONE")[1] == download.split("END:VTIMEZONE")[1]
    assert invited(download).count("ATTENDEE") == 1


def test_a_wrong_hour_in_an_outlook_link_is_not_taken_for_the_meant_difference():
    theirs = {
        name: link.replace("%2B01%3A00", "") for name, link in asdict(deep_links(EVENT)).items()
    }
    assert all(mine == right for _, mine, right in compared(EVENT, theirs))
    later = replace(EVENT, start=EVENT.start.replace(hour=11))
    assert sum(mine != right for _, mine, right in compared(later, theirs)) == 4


def test_the_same_seed_gives_the_same_events():
    from random import Random

    assert [*random_events(5, Random(1))] == [*random_events(5, Random(1))]


def test_an_unknown_check_is_refused(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["peers", "tides"])
    with pytest.raises(SystemExit):
        arguments()
    assert "no such check: tides" in capsys.readouterr().err


def test_every_hostile_text_stands_in_a_feed_too():
    kinds = [one["kind"] for one in cleaned()]
    assert kinds.count("feed") == kinds.count("request") > 60
