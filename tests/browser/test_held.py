"""The clock of a held window: seen running, heard at a few moments, never in the way."""

from __future__ import annotations

import pytest

from tests.browser.conftest import press
from tests.browser.test_journey import LAPTOP, SMALL_PHONE

BOOK = "Deze afspraak vastleggen"
OVER = "De tijd is om."


@pytest.fixture
def base_url(live):
    """The address of the portal with the demo branch."""
    return live.base_url


@pytest.fixture
def held(live, open_page):
    """Return a function: somebody who holds a window, on a page whose clock a test moves."""

    def hold(view=SMALL_PHONE, **options):
        page = open_page(view, **options)
        if options.get("javascript", True):
            page.clock.install()
        page.goto(live.invited())
        press(page.locator("button.window").first)
        return page

    return hold


def clock(page):
    return page.locator("[role=timer]").inner_text()


def heard(page):
    return page.locator("[data-held] [role=status]").inner_text()


def heights(page):
    return [box["y"] for box in (one.bounding_box() for one in page.locator("main button").all())]


def test_everybody_sees_until_when_without_a_script(held):
    page = held(javascript=False)
    assert "voor u vast tot 12:10." in page.locator(".held-until").inner_text()
    assert clock(page) == ""


def test_the_clock_runs_and_is_heard_at_a_few_moments_only(held):
    page = held()
    said = []
    page.expose_function("said", lambda words: said.append(words))
    page.evaluate(
        """() => new MutationObserver(() => said(
            document.querySelector('[data-held] [role=status]').textContent
        )).observe(document.querySelector('[data-held] [role=status]'), {childList: true})"""
    )
    assert clock(page) in ("Nog 10:00.", "Nog 9:59.")
    for seconds in (60, 239, 1, 60, 60, 59, 1, 60, 60):
        page.clock.run_for(seconds * 1000)
    assert [one.split(" minu")[0] for one in said] == [
        "U heeft nog 5", "U heeft nog 2", "U heeft nog één",
        "De tijd is om. Druk op de knop: is het tijdvak nog vrij, dan is het voor u.",
    ]  # fmt: skip


@pytest.mark.parametrize("view", [SMALL_PHONE, LAPTOP], ids=["phone", "laptop"])
def test_nothing_moves_while_the_clock_runs_and_when_it_is_over(held, axe, view):
    page = held(view)
    before = heights(page)
    page.get_by_role("button", name="Ik heb meer tijd nodig").focus()
    for minutes in (1, 4, 3, 3):
        page.clock.run_for(minutes * 60_000)
        assert heights(page) == before
    assert OVER in page.locator(".held-until [data-live]").inner_text()
    assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    axe(page)


def test_a_page_that_slept_tells_how_it_stands(held):
    page = held()
    page.clock.fast_forward(9 * 60_000 + 5_000)
    page.clock.run_for(1_000)
    assert heard(page).startswith("U heeft nog één minuut.")
    page.clock.fast_forward(3_600_000)
    page.clock.run_for(1_000)
    assert heard(page).startswith(OVER)
    assert page.locator("[role=timer]").count() == 0


def test_more_time_starts_the_clock_again(held):
    page = held()
    page.clock.run_for(300_000)
    assert clock(page).startswith("Nog 4:5") or clock(page) == "Nog 5:00."
    press(page.get_by_role("button", name="Ik heb meer tijd nodig"))
    assert clock(page) in ("Nog 10:00.", "Nog 9:59.")


def test_whoever_is_late_by_the_pages_clock_still_books(held):
    page = held()
    page.clock.run_for(700_000)
    press(page.get_by_role("button", name=BOOK))
    assert page.get_by_role("heading", level=1).inner_text() == "Uw afspraak staat vast"


def test_the_first_windows_are_on_the_first_screen_of_a_small_phone(live, open_page):
    page = open_page(SMALL_PHONE)
    page.goto(live.invited())
    box = page.locator("button.window").first.bounding_box()
    assert box["y"] + box["height"] <= SMALL_PHONE.viewport["height"]


def test_no_window_moves_when_the_scripts_of_the_page_have_loaded(live, open_page):
    page = open_page(SMALL_PHONE)
    page.route(
        "**/own_agenda.js*", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    link = live.invited()
    page.goto(link)
    before = page.locator("button.window").first.bounding_box()
    page.unroute("**/own_agenda.js*")
    page.goto(link)
    page.locator(".own-agenda:not([hidden])").wait_for()
    assert page.locator("button.window").first.bounding_box() == before
