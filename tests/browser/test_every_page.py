"""Every page of every person: nothing for axe to find in light and dark, and nothing too wide."""

from __future__ import annotations

import pytest

from tests.browser.conftest import VIEWS, press


@pytest.fixture
def base_url(live):
    """The address of the portal with the demo branch."""
    return live.base_url


@pytest.fixture
def page(open_page):
    """A visitor with a desktop."""
    return open_page(VIEWS[0])


@pytest.fixture
def read(page, readable):
    """Return a function: go to a path, expect a status, and look at the page with every eye."""

    def read(path, status=200):
        answer = page.goto(path)
        assert answer.status == status, f"{path}: {answer.status}"
        readable(page)

    return read


def test_the_customers_pages(live, page, read, readable):
    link = live.invited()
    read(link)
    press(page.locator("button.window").first)
    readable(page)
    read(link)
    press(page.get_by_role("link", name="Verder met deze tijd"))
    press(page.get_by_role("button", name="Deze afspraak vastleggen"))
    readable(page)
    appointment = page.url.split("?")[0]
    read(appointment + "/verzetten")
    press(page.locator("button.window").first)
    readable(page)
    read(appointment + "/annuleren")
    press(page.get_by_role("button", name="De afspraak annuleren"))
    readable(page)
    press(page.get_by_role("link", name="Een andere tijd kiezen"))
    press(page.locator("button.window").first)
    press(page.get_by_role("button", name="Deze afspraak vastleggen"))
    read(link)
    appointment = page.get_by_role("link", name="verzetten").get_attribute("href")
    page.context.clear_cookies()
    read(appointment)
    page.get_by_label("Postcode").fill("9999 ZZ")
    page.get_by_label("Huisnummer").fill("1")
    press(page.get_by_role("button", name="Mijn afspraak"))
    readable(page)


def test_the_pages_without_a_link_and_those_for_what_goes_wrong(live, page, read, readable):
    read("/")
    read("/c")
    page.get_by_label("Code", exact=True).fill("12345678A")
    page.get_by_label("Postcode").fill("3511")
    press(page.get_by_role("button", name="Verder"))
    readable(page)
    read("/a/forged", 404)
    read(live.withdrawn(), 410)


def test_a_window_that_is_gone_meanwhile(live, page, readable):
    page.goto(live.invited())
    gone = page.locator("button.window").first
    live.close(int(gone.get_attribute("value")))
    with page.expect_response("**/a/*/vasthouden") as answered:
        press(gone)
    assert answered.value.status == 409
    assert page.locator("button.window").count() > 0
    readable(page)


def test_the_demos_own_pages(page, read, readable):
    read("/demo/")
    read("/demo/as/planner")
    read("/demo/outbox")
    press(page.locator(".mails a").first)
    readable(page)


def test_the_planners_pages(page, read, readable):
    read("/staff/sign-in")
    become(page, "planner")
    readable(page)
    assert page.locator("#timeline, #map, #list").count() == 3
    read("/staff/openings")
    press(page.locator("main a[href*='/staff/openings/']").last)
    readable(page)


def test_the_desks_pages(page, read, readable):
    become(page, "desk")
    readable(page)
    first_link(page, "/place")
    readable(page)
    read("/staff/desk?q=a")
    first_link(page, "/staff/customers/")
    readable(page)
    page.goto("/staff/desk")
    first_link(page, "/plan")
    readable(page)
    press(page.locator("button.window").first)
    first_link(page, "/cancel")
    readable(page)


def test_the_technicians_pages(page, read, readable):
    become(page, "technician")
    readable(page)
    read("/staff/openings", 403)
    become(page, "administrator")
    read("/route")


def become(page, role):
    """Sign in as an invented colleague, through the demo's own door."""
    page.context.clear_cookies()
    page.goto(f"/demo/as/{role}")
    press(page.locator("main form button"))


def first_link(page, part):
    """Follow the first link of the page's content whose address has this part."""
    press(page.locator(f"main a[href*='{part}']").first)
