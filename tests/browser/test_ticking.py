"""Ticking several times in a real browser: for everyone, on a small phone, and without scripts."""

from __future__ import annotations

import pytest

from tests.browser.conftest import VIEWS, View, press

SMALL = View("small phone", {"width": 360, "height": 640}, "light")


@pytest.fixture
def base_url(live):
    """The address of the portal with the demo branch."""
    return live.base_url


def tick(page, number):
    """Tick the first windows of the page."""
    boxes = page.locator("input[name=tick]")
    for place in range(number):
        boxes.nth(place).check()


def send(page):
    press(page.get_by_role("button", name="Kies er één voor mij"))


@pytest.mark.parametrize("javascript", [True, False])
def test_from_the_link_to_an_answer_tonight_with_and_without_scripts(live, open_page, javascript):
    page = open_page(SMALL, javascript=javascript)
    page.goto(live.invited())
    press(page.get_by_role("link", name="Vink ze aan"))
    tick(page, 2)
    send(page)
    assert page.get_by_role("heading", level=1).inner_text() == (
        "Vink aan welke tijden u goed uitkomen"
    )
    assert page.locator("input[name=tick]:checked").count() == 2
    page.locator(".error-summary a").click()
    assert page.url.endswith("#ticks")
    page.locator("input[name=tick]:not(:checked)").first.check()
    send(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Wij kiezen een van uw tijden"
    page.get_by_text("Zelf een van deze tijden kiezen").click()
    press(page.locator("button.window").nth(1))
    assert page.get_by_role("heading", level=1).inner_text() == "Uw afspraak staat vast"


def test_every_page_of_it_is_for_everyone(live, open_page, readable):
    page = open_page(VIEWS[0])
    link = live.invited()
    page.goto(link + "/aanvinken")
    readable(page)
    send(page)
    readable(page)
    press(page.get_by_role("button", name="Meer dagen en tijden laten zien"))
    tick(page, 4)
    send(page)
    readable(page)
    page.get_by_text("Zelf een van deze tijden kiezen").click()
    readable(page)
    press(page.get_by_role("link", name="Uw tijden veranderen"))
    assert page.locator("input[name=tick]:checked").count() == 4
    readable(page)


def test_the_keyboard_is_enough(live, open_page):
    page = open_page(SMALL)
    page.goto(live.invited() + "/aanvinken")
    boxes = page.locator("input[name=tick]")
    boxes.first.focus()
    for _ in range(3):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    assert boxes.nth(2).is_checked()
    page.get_by_role("button", name="Kies er één").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("heading", level=1).inner_text() == "Wij kiezen een van uw tijden"
