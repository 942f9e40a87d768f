"""Comparing windows with one's own agenda: what counts, what is said, and nothing is sent."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from portal.clock import AMSTERDAM
from portal.planning.windows import Window
from tests.browser.agenda_page import (
    agenda,
    calendar,
    choose,
    clashing,
    hinted,
    notes,
    open_windows,
    windows_of,
)

JUNE = windows_of(*(date(2027, 6, day) for day in (1, 2, 3, 4, 7, 8, 9, 10)))


@pytest.fixture
def base_url(live):
    """The address of the portal with the demo branch."""
    return live.base_url


@pytest.fixture
def page(open_page):
    """A reader with a desktop."""
    return open_page()


def at(*starts):
    """Return the moments of local times such as "2027-06-01 08"."""
    return {
        datetime.strptime(start, "%Y-%m-%d %H").replace(tzinfo=AMSTERDAM).astimezone(UTC)
        for start in starts
    }


def test_a_weekly_event_keeps_its_hour_when_the_clock_changes(live, page):
    tuesdays = [date(2026, 10, 20), date(2026, 10, 27), date(2026, 11, 3), date(2027, 3, 23),
                date(2027, 3, 30), date(2027, 4, 6), date(2027, 4, 13)]  # fmt: skip
    open_windows(page, live, windows_of(*tuesdays))
    choose(page, agenda("weekly"))
    skipped, moved, cancelled = "2026-10-27 10", "2027-03-30 10", "2027-04-06 10"
    usual = at("2026-10-20 10", "2026-11-03 10", "2027-03-23 10", "2027-04-13 10")
    assert clashing(page) == usual | at("2027-03-30 14")
    assert not clashing(page) & at(skipped, moved, cancelled)
    assert "In uw agenda: “Koor (later vandaag)” 14:30–15:30" in notes(page)


def test_a_rule_ends_at_its_until_after_the_clock_changed_back(live, page):
    open_windows(page, live, windows_of(*(date(2027, 10, d) for d in (26, 27)),
                                        *(date(2027, 11, d) for d in (2, 3, 9, 10))))  # fmt: skip
    choose(page, agenda("weekly"))
    # UNTIL 09:00 UTC is 10:00 on 2 November; 09:30 UTC is 11:30 in summer, 10:30 in winter.
    assert clashing(page) == at("2027-10-26 10", "2027-11-02 10", "2027-10-27 10",
                                "2027-11-03 10", "2027-11-10 10")  # fmt: skip
    said = notes(page)
    assert said.count("In uw agenda: “Telefoon met Reykjavik” 11:30–11:45") == 1
    assert said.count("In uw agenda: “Telefoon met Reykjavik” 10:30–10:45") == 2


def test_an_hour_that_comes_twice_is_the_first_and_one_that_never_comes_is_the_next(live, page):
    october, march = date(2026, 10, 25), date(2027, 3, 28)
    after = [Window(october, time(2, 50), time(4)), Window(march, time(3, 20), time(3, 40))]
    before = [Window(october, time(2, 20), time(2, 40)), Window(march, time(1, 20), time(1, 40))]
    open_windows(page, live, [*before, *after])
    night = "UID:1\nDTSTART;TZID=Europe/Amsterdam:20260901T023000\nDURATION:PT15M\n"
    choose(page, calendar(night + "RRULE:FREQ=DAILY"))
    assert clashing(page) == {
        datetime(2026, 10, 25, 0, 20, tzinfo=UTC), datetime(2027, 3, 28, 1, 20, tzinfo=UTC),
    }  # fmt: skip


def test_the_names_that_programs_give_to_zones_are_understood(live, page):
    open_windows(page, live, JUNE)
    said = choose(page, agenda("zone_names"))
    assert clashing(page) == at(
        "2027-06-01 08", "2027-06-02 10", "2027-06-03 12", "2027-06-04 14",
        "2027-06-07 08", "2027-06-08 08", "2027-06-09 10", "2027-06-10 12",
        "2027-06-10 08",
    )  # fmt: skip
    assert "tijdzone" not in said


def test_a_zone_that_nobody_knows_is_read_as_dutch_time_and_said(live, page):
    open_windows(page, live, JUNE)
    event = "UID:1\nDTSTART;TZID=Mars/Olympus:20270601T083000\nDURATION:PT1H"
    assert "tijdzone die wij niet kennen" in choose(page, calendar(event))
    assert clashing(page) == at("2027-06-01 08")


def test_what_leaves_its_owner_free_does_not_clash(live, page):
    open_windows(page, live, JUNE)
    assert choose(page, agenda("kinds")).startswith("Niet vrij in uw agenda: 4 van deze 32 tijden.")
    floating, declined_by_another = "2027-06-01 08", "2027-06-01 12"
    touching, without_length = "2027-06-04 10", "2027-06-07 08"
    assert clashing(page) == at(floating, declined_by_another, touching, without_length)
    assert "In uw agenda: een afspraak zonder naam 09:30" in notes(page)


def test_a_whole_day_is_a_hint_and_dims_nothing(live, page):
    open_windows(page, live, JUNE)
    choose(page, agenda("kinds"))
    whole = {
        w.starts_at().astimezone(UTC)
        for w in JUNE
        if w.date in (date(2027, 6, 2), date(2027, 6, 3))
    }
    assert hinted(page, "allDay") == whole
    assert not whole & clashing(page)


def test_what_begins_while_the_work_may_still_be_going_on_is_a_hint(live, page):
    open_windows(page, live, JUNE)
    choose(page, agenda("kinds"))
    assert hinted(page, "soonAfter") == at("2027-06-01 10", "2027-06-04 08")
    assert "Kort daarna in uw agenda: “Sluit aan” 10:00–12:00" in notes(page)


def test_who_declined_is_known_when_everybody_who_was_asked_did(live, page):
    open_windows(page, live, JUNE)
    asked = "UID:1\nDTSTART:20270601T083000\nDURATION:PT1H\nORGANIZER:mailto:a@sample.example\n"
    said = "ATTENDEE;PARTSTAT={}:mailto:{}@sample.example\n"
    choose(page, calendar(asked + said.format("DECLINED", "b")))
    assert not clashing(page)
    choose(page, calendar(asked + said.format("DECLINED", "b") + said.format("ACCEPTED", "c")))
    assert clashing(page) == at("2027-06-01 08")


def test_a_change_for_this_and_all_later_ones_holds_for_all_later_ones(live, page):
    open_windows(page, live, JUNE)
    daily = "UID:1\nDTSTART:20270501T083000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20270604T235959"
    later = ("UID:1\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270603T083000\n"
             "DTSTART:20270603T123000\nDURATION:PT1H")  # fmt: skip
    choose(page, calendar(daily, later))
    assert clashing(page) == at("2027-06-01 08", "2027-06-02 08", "2027-06-03 12", "2027-06-04 12")


def test_dates_added_to_a_series_may_be_periods(live, page):
    open_windows(page, live, JUNE)
    choose(page, calendar("UID:1\nDTSTART:20270601T083000\nDURATION:PT15M\nRDATE;VALUE=PERIOD:"
                          "20270602T083000/PT3H,20270603T083000/20270603T090000"))  # fmt: skip
    assert clashing(page) == at("2027-06-01 08", "2027-06-02 08", "2027-06-02 10", "2027-06-03 08")


def test_an_excluded_date_takes_out_its_whole_day(live, page):
    open_windows(page, live, JUNE)
    daily = "UID:1\nDTSTART:20270531T083000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\n"
    choose(page, calendar(daily + "EXDATE;VALUE=DATE:20270602"))
    assert clashing(page) == at("2027-06-01 08", "2027-06-03 08")


def test_what_lasts_for_days_clashes_on_all_of_them_and_names_them(live, page):
    open_windows(page, live, JUNE)
    choose(page, calendar("UID:1\nSUMMARY:Reis\nDTSTART:20270601T180000\nDTEND:20270603T090000"))
    assert clashing(page) == at("2027-06-02 08", "2027-06-02 10", "2027-06-02 12", "2027-06-02 14",
                                "2027-06-03 08")  # fmt: skip
    assert notes(page)[0] == "In uw agenda: “Reis” di 1 jun 18:00–do 3 jun 09:00"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_letters_of_all_programs_are_read(live, page, encoding):
    open_windows(page, live, JUNE)
    ics = calendar("UID:1\nSUMMARY:Café “Zoë”\nDTSTART:20270601T083000\nDURATION:PT1H")
    choose(page, ics.encode(encoding))
    assert notes(page) == ["In uw agenda: “Café “Zoë”” 08:30–09:30"]


def test_titles_are_shown_as_text_and_never_run(live, page):
    open_windows(page, live, JUNE)
    said = choose(page, agenda("hostile"))
    assert "taken" not in page.title()
    assert page.locator(".window script, .window img").count() == 0
    assert notes(page)[0].startswith('In uw agenda: “<script>document.title="taken"</script>')
    assert notes(page)[1].startswith("In uw agenda: “%(events)s $& ${title} {{ 7*7 }} </span>”")
    assert notes(page)[2].startswith("In uw agenda: “Prototype” 12:30–13:30")
    assert "niet te lezen: 3." in said, "every second, no day, no start"


def test_a_long_list_is_shortened(live, page):
    open_windows(page, live, JUNE)
    events = [
        f"UID:{n}\nSUMMARY:{n * 40}\nDTSTART:20270601T08{n}000\nDURATION:PT5M" for n in range(5)
    ]
    choose(page, calendar(*events))
    assert notes(page)[0].endswith("en nog 3")
