"""The browser and Python agree on what clashes, for two hundred invented agendas."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.browser.agenda_oracle import touched
from tests.browser.agenda_page import (
    choose,
    clashing,
    days_around,
    hinted,
    open_windows,
    windows_of,
)
from tests.browser.random_agendas import random_agenda

NIGHT_AND_DAY = (0, 2, 4, 8, 10, 12, 14, 20)
OWN_AGENDA = Path("portal/static/own_agenda")
SCRIPT = {"Content-Type": "text/javascript"}
SEASONS = {
    "winter and summer time": (range(200), (date(2026, 10, 25), date(2027, 3, 28))),
    "next winter time": (range(200, 260), (date(2027, 10, 31),)),
}


@pytest.fixture
def base_url(live):
    """The address of the portal with the demo branch."""
    return live.base_url


FAULTS = {
    "no EXDATE": ("event.js", "without(found, time)", "found"),
    "no override": ("reader.js", "without(found, one.recurrence)", "found"),
    "no Windows names": ("zones.js", "this.windows.has(tzid)", "false"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("seeds", "changes"), SEASONS.values(), ids=SEASONS)
def test_the_browser_finds_the_clashes_that_python_finds(live, open_page, seeds, changes):
    windows = windows_of(*(d for day in changes for d in days_around(day, 4)), hours=NIGHT_AND_DAY)
    page = open_page()
    open_windows(page, live, windows)
    judged = [(seed, *judgement(page, random_agenda(seed), windows)) for seed in seeds]
    wrong = [(seed, found, right) for seed, found, right in judged if found != right]
    assert not wrong, f"{len(wrong)} of {len(seeds)}: {wrong[:3]}"
    clashes = sum(len(right[0]) for _, _, right in judged)
    assert clashes > 3 * len(seeds), "the agendas must clash with something"


@pytest.mark.slow
@pytest.mark.parametrize(("file", "right", "wrong"), FAULTS.values(), ids=FAULTS)
def test_a_fault_in_the_scripts_is_found(live, open_page, file, right, wrong):
    source = (OWN_AGENDA / file).read_text()
    assert source.count(right) == 1
    spoilt = source.replace(right, wrong)
    windows = windows_of(*days_around(date(2027, 3, 28), 4), hours=NIGHT_AND_DAY)
    page = open_page()
    page.route(f"**/own_agenda/{file}*", lambda route: route.fulfill(body=spoilt, headers=SCRIPT))
    open_windows(page, live, windows)
    judged = (judgement(page, random_agenda(seed), windows) for seed in range(100))
    assert any(found != expected for found, expected in judged)


def judgement(page, ics, windows):
    """Return what the page finds and what Python finds: the clashes and the days."""
    choose(page, ics)
    return (clashing(page), hinted(page, "allDay")), touched(ics, windows)
