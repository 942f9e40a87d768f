"""The customer's whole way, for every hand, device, language and tone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from portal.texts import Tone
from tests.browser.conftest import View

SMALL_PHONE = View("small-phone", {"width": 360, "height": 640}, "light")
LAPTOP = View("laptop", {"width": 1280, "height": 800}, "dark")
SMALLEST_TARGET = 44  # pixels: WCAG 2.2, 2.5.5
MOST_TABS = 80


@dataclass(frozen=True)
class Words:
    """How the pages of the journey are called in a language and tone."""

    choose: str
    book: str
    booked: str
    move: str
    move_it: str
    cancel: str
    cancelled: str
    busy: str


FORMAL = Words(
    "Kies wanneer wij komen", "Deze afspraak vastleggen", "Uw afspraak staat vast",
    "Een andere tijd kiezen", "Naar deze tijd verzetten", "De afspraak annuleren",
    "Uw afspraak is geannuleerd", "U heeft een afspraak",
)  # fmt: skip
INFORMAL = Words(
    "Kies wanneer we komen", "Deze afspraak vastleggen", "Je afspraak staat vast",
    "Een andere tijd kiezen", "Naar deze tijd verzetten", "De afspraak annuleren",
    "Je afspraak is geannuleerd", "Je hebt een afspraak",
)  # fmt: skip
ENGLISH = Words(
    "Choose when we come", "Book this appointment", "Your appointment is booked",
    "Choose another time", "Move to this time", "Cancel the appointment",
    "Your appointment was cancelled", "You have an appointment",
)  # fmt: skip


def press_with_mouse(page, target):
    target.click()


def press_with_finger(page, target):
    target.tap()


def press_with_keyboard(page, target):
    """Go to the target with Tab alone, see where one is at every step, and press Enter."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert focus_is_visible(page), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{target} cannot be reached with the keyboard")


def focus_is_visible(page):
    """Return whether what has the focus has an outline of 2 pixels or more, inside the window."""
    return page.evaluate(
        """() => {
            const element = document.activeElement, style = getComputedStyle(element)
            const box = element.getBoundingClientRect()
            const inside = box.bottom > 0 && box.top < innerHeight && box.right > 0
            return inside && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
        }"""
    )


HANDS = {"mouse": press_with_mouse, "finger": press_with_finger, "keyboard": press_with_keyboard}


@dataclass(frozen=True)
class Person:
    """Somebody with a device and a way of using it."""

    hand: str
    view: View
    javascript: bool
    words: Words
    tone: Tone = Tone.FORMAL
    locale: str = "nl"


PEOPLE = {
    "phone-u": Person("finger", SMALL_PHONE, True, FORMAL),
    "phone-no-script-je": Person("finger", SMALL_PHONE, False, INFORMAL, Tone.INFORMAL),
    "desktop-no-script-u": Person("mouse", LAPTOP, False, FORMAL),
    "desktop-en": Person("mouse", LAPTOP, True, ENGLISH, locale="en"),
    "keyboard-je": Person("keyboard", LAPTOP, True, INFORMAL, Tone.INFORMAL),
    "keyboard-phone-u": Person("keyboard", SMALL_PHONE, True, FORMAL),
    "keyboard-phone-no-script-en": Person("keyboard", SMALL_PHONE, False, ENGLISH, locale="en"),
}


@pytest.fixture
def base_url(live):
    """The address of the portal with the demo branch."""
    return live.base_url


@pytest.mark.parametrize("person", PEOPLE.values(), ids=PEOPLE)
def test_from_link_to_booked_moved_cancelled_and_booked_again(live, open_page, fits, person):
    page = open_page(person.view, javascript=person.javascript, has_touch=person.hand == "finger")
    words = person.words

    def press(page, target):
        with page.expect_navigation():
            HANDS[person.hand](page, target)

    link = live.invited(person.tone, person.locale)

    page.goto(link)
    arrived(page, words.choose, fits)
    assert page.locator("html").get_attribute("lang") == person.locale
    press(page, window(page, 1))
    arrived(page, f"{words.book}?", fits)
    first = promised(page)
    press(page, page.get_by_role("button", name=words.move))
    arrived(page, words.choose, fits)
    press(page, window(page, 1))
    press(page, page.get_by_role("button", name=words.book))
    arrived(page, words.booked, fits)
    assert promised(page) == first

    press(page, page.get_by_role("link", name=words.move))
    arrived(page, words.move, fits)
    press(page, window(page, 0))
    press(page, page.get_by_role("button", name=words.move_it))
    arrived(page, words.booked, fits)
    assert promised(page) != first

    press(page, page.get_by_role("link", name=words.cancel))
    press(page, page.get_by_role("button", name=words.cancel))
    arrived(page, words.cancelled, fits)

    press(page, page.get_by_role("link", name=words.move))
    arrived(page, words.choose, fits)
    press(page, window(page, 0))
    press(page, page.get_by_role("button", name=words.book))
    arrived(page, words.booked, fits)
    page.goto(link)
    arrived(page, words.busy, fits)


def arrived(page, heading, fits):
    """The page with this heading is there, whole, and fits the window."""
    assert page.get_by_role("heading", level=1).inner_text() == heading
    assert page.locator("a[href^='tel:']").count() > 0
    fits(page)


def window(page, number):
    return page.locator("button.window").nth(number)


def promised(page):
    return page.locator(".chosen").inner_text()


def test_a_window_is_large_enough_for_every_finger(live, open_page):
    page = open_page(SMALL_PHONE)
    page.goto(live.invited() + "?all=1")
    boxes = [button.bounding_box() for button in page.locator("button.window").all()]
    assert len(boxes) > 3
    assert min(min(box["width"], box["height"]) for box in boxes) >= SMALLEST_TARGET


def test_pressing_twice_in_a_hurry_makes_one_appointment(live, open_page):
    page = open_page(SMALL_PHONE)
    link = live.invited()
    page.goto(link)
    heading = page.get_by_role("heading", level=1)
    window(page, 0).dblclick(no_wait_after=True)  # the second press breaks off the first answer
    expect(heading).to_have_text(f"{FORMAL.book}?")
    page.get_by_role("button", name=FORMAL.book).dblclick(no_wait_after=True)
    expect(heading).to_have_text(FORMAL.booked)
