"""The browser and Python agree on what clashes, for two hundred invented agendas."""

from __future__ import annotations

from datetime import date

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
SEASONS = {
    "winter and summer time": (range(200), (date(2026, 10, 25), date(2027, 3, 28))),
    "next winter time": (range(200, 260), (date(2027, 10, 31),)),
}


@pytest.fixture
def base_url(live):
    """The address of the portal with the demo branch."""
    return live.base_url


@pytest.mark.slow
@pytest.mark.parametrize(("seeds", "changes"), SEASONS.values(), ids=SEASONS)
def test_the_browser_finds_the_clashes_that_python_finds(live, open_page, seeds, changes):
    windows = windows_of(*(d for day in changes for d in days_around(day, 4)), hours=NIGHT_AND_DAY)
    page = open_page()
    open_windows(page, live, windows)
    wrong, clashes = [], 0
    for seed in seeds:
        ics = random_agenda(seed)
        timed, days = touched(ics, windows)
        choose(page, ics)
        clashes += len(timed)
        if (clashing(page), hinted(page, "allDay")) != (timed, days):
            wrong.append((seed, sorted(timed ^ clashing(page)), ics))
    assert clashes > 3 * len(seeds), "the agendas must clash with something"
    assert not wrong, f"{len(wrong)} of {len(seeds)}: {wrong[:3]}"
