"""The control for comparing with one's own agenda: nothing is sent, every hand can use it."""

from __future__ import annotations

from datetime import date

import pytest

from portal.texts import Tone
from tests.browser.agenda_page import (
    PATH,
    STATUS,
    agenda,
    calendar,
    choose,
    clashing,
    file_of,
    notes,
    open_windows,
    windows_of,
)
from tests.browser.conftest import View, press

SMALL_PHONE = View("small-phone", {"width": 360, "height": 640}, "light")
JUNE = windows_of(*(date(2027, 6, day) for day in (1, 2, 3, 4)))
SCRIPTS = {
    "/static/own_agenda/reader.js", "/static/own_agenda/zones.js", "/static/own_agenda/event.js",
    "/static/vendor/ical.min.js", "/static/vendor/windowsZones.json",
}  # fmt: skip
EVERY_DAY = calendar(
    "UID:1\nSUMMARY:Werk\nDTSTART:20270101T093000\nDURATION:PT3H\nRRULE:FREQ=DAILY"
)
DRAWER = ".own-agenda > details > summary"


@pytest.fixture
def base_url(live):
    """The address of the portal with the demo branch."""
    return live.base_url


@pytest.fixture
def page(open_page):
    """A reader with a small phone."""
    return open_page(SMALL_PHONE)


@pytest.fixture
def asked(page):
    """Everything that the page and its worker ask of any server."""
    requests = []
    page.context.on("request", lambda request: requests.append(request))
    return requests


def path_of(request):
    return "/" + request.url.split("/", 3)[3].split("?")[0]


def show_control(page, link):
    page.goto(link)
    page.locator(DRAWER).click()


def test_nothing_is_sent_when_an_agenda_is_compared(live, page, asked):
    page.on("filechooser", lambda _: None)  # early: catching takes a moment to start
    show_control(page, live.invited())
    page.wait_for_load_state("networkidle")
    asked.clear()
    there = set()
    page.context.on("requestfinished", lambda request: there.add(path_of(request)))
    with page.expect_file_chooser():  # the scripts come while the person looks for the file
        page.locator("#own-agenda-file").click()
    for _ in range(200):
        page.wait_for_timeout(0 if there >= SCRIPTS else 50)
    assert {path_of(request) for request in asked} == there == SCRIPTS
    assert all(r.method == "GET" and r.post_data is None for r in asked)
    assert all("?v=" in request.url for request in asked), "nothing but a version in the address"
    asked.clear()
    cookies = page.context.cookies()
    page.context.set_offline(True)
    assert "Niet vrij in uw agenda" in choose(page, EVERY_DAY)
    assert "botst er geen" in choose(page, agenda("hostile"))
    assert asked == []
    assert page.context.cookies() == cookies


def test_a_clashing_window_can_be_chosen_and_nothing_of_the_agenda_is_sent(live, page, asked):
    show_control(page, live.invited())
    choose(page, EVERY_DAY)
    press(page.locator("button.window-clashing").first)
    assert page.locator("button.window-clashing").count() == 0, "it was not refused"
    sent = [request for request in asked if request.method == "POST"]
    assert len(sent) == 1
    assert {part.split("=")[0] for part in sent[0].post_data.split("&")} == {
        "csrf_token", "key", "opening",
    }  # fmt: skip
    assert "Werk" not in sent[0].post_data


def test_the_next_page_of_the_same_link_still_knows_it_and_forgets_when_asked(live, page):
    link = live.invited()
    show_control(page, link)
    choose(page, EVERY_DAY)
    press(page.get_by_role("link", name="Meer dagen"))
    page.wait_for_selector(f"{STATUS}[data-kind=result]")
    assert len(clashing(page)) > 3
    assert "Vergeleken met agenda.ics." in page.inner_text(STATUS)
    page.get_by_role("button", name="Vergeet mijn agenda").click()
    assert (clashing(page), notes(page)) == (set(), [])
    assert page.inner_text(STATUS) == "We zijn uw agenda vergeten."
    page.goto(link)
    assert (clashing(page), page.inner_text(STATUS)) == (set(), "")


def test_another_link_knows_nothing_of_it(live, page):
    show_control(page, live.invited())
    choose(page, EVERY_DAY)
    page.goto(live.invited())
    assert (clashing(page), page.inner_text(STATUS)) == (set(), "")


def test_the_result_is_announced_and_each_window_says_why(live, page):
    open_windows(page, live, JUNE)
    choose(page, EVERY_DAY)
    status = page.locator(".own-agenda").get_by_role("status")
    assert status.inner_text().startswith("Niet vrij in uw agenda: 12 van deze 16 tijden. U kunt")
    name = "08:00 – 10:00 In uw agenda: “\u2068Werk\u2069” 09:30\u2060–\u206012:30"
    assert page.get_by_role("button", name=name, exact=True).count() == 4


def test_windows_that_are_ticked_are_marked_on_their_labels(live, page):
    open_windows(page, live, JUNE, kind="radio")
    choose(page, EVERY_DAY)
    assert page.locator("label.window-clashing").count() == 12
    page.locator("label.window-clashing").first.click()
    assert page.locator("input[type=radio]").first.is_checked()


def test_everybody_can_read_it(live, page, readable):
    open_windows(page, live, JUNE)
    choose(page, EVERY_DAY)
    readable(page)
    choose(page, "no calendar", wanted="fault")
    readable(page)


def test_it_can_be_used_with_the_keyboard(live, page):
    choosers = []
    page.on("filechooser", lambda one: choosers.append(one))  # early: it takes a moment to start
    show_control(page, live.invited())
    page.locator(DRAWER).focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "own-agenda-file"
    page.keyboard.press("Enter")
    for _ in range(200):
        page.wait_for_timeout(0 if choosers else 50)
    file = {"name": "a.ics", "mimeType": "text/calendar", "buffer": EVERY_DAY.encode()}
    choosers[0].set_files(file)
    page.wait_for_selector(f"{STATUS}[data-kind=result]")
    page.get_by_role("button", name="Vergeet mijn agenda").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_without_scripts_there_is_nothing_that_cannot_work(live, open_page):
    page = open_page(SMALL_PHONE, javascript=False)
    page.goto(live.invited())
    assert page.locator("[data-own-agenda]").count() == 1
    assert not page.locator("[data-own-agenda]").is_visible()
    assert page.locator("button.window").count() > 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("<html><body>Agenda</body></html>", "Dit is geen agendabestand."),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "Dit is geen agendabestand."),
        (b"PK\x03\x04\x14\0", "Dit is een ingepakt bestand (.zip)."),
        ("", "Dit bestand is leeg."),
        (calendar(), "In dit bestand staan geen afspraken."),
    ],
    ids=["page", "picture", "zip", "empty", "no events"],
)
def test_what_is_no_agenda_is_told_kindly(live, page, content, says):
    open_windows(page, live, JUNE)
    assert choose(page, content, wanted="fault").startswith(says)
    choose(page, EVERY_DAY)
    assert len(clashing(page)) == 12, "the next file is read as if nothing had happened"


def test_a_file_that_is_too_large_is_not_even_read(live, page, tmp_path):
    open_windows(page, live, JUNE)
    large = tmp_path / "large.ics"
    large.write_text(EVERY_DAY + " " * 10_000_000)
    assert choose(page, large, wanted="fault").startswith("Dit bestand is groter dan 10 MB.")


def test_a_file_that_is_gone_when_it_is_read_is_told_kindly(live, page, tmp_path):
    open_windows(page, live, JUNE)
    gone = tmp_path / "gone.ics"
    gone.write_text(EVERY_DAY)
    page.route("**/own_agenda/reader.js*", lambda route: (gone.unlink(), route.continue_()))
    page.locator("#own-agenda-file").set_input_files(gone)
    page.wait_for_selector(f"{STATUS}[data-kind=fault]")
    assert page.inner_text(STATUS).startswith("Uw toestel laat ons dit bestand niet lezen.")


def test_when_the_scripts_do_not_come_the_page_works_without(live, open_page):
    page = open_page(SMALL_PHONE)
    open_windows(page, live, JUNE)
    page.route("**/own_agenda/reader.js*", lambda route: route.fulfill(status=404, body=""))
    assert choose(page, EVERY_DAY, wanted="fault").startswith("Vergelijken lukt nu niet.")
    page.unroute("**/own_agenda/reader.js*")
    choose(page, EVERY_DAY)
    assert len(clashing(page)) == 12, "trying again is enough"


def test_a_rule_that_never_ends_is_given_up_and_the_page_goes_on(live, page):
    page.clock.install()
    open_windows(page, live, JUNE)
    choose(page, EVERY_DAY)
    never = "UID:1\nDTSTART:20270101T100000\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    page.locator("#own-agenda-file").set_input_files(file_of(calendar(never)))
    assert page.inner_text(STATUS) == "We lezen uw agenda …"
    page.clock.fast_forward(21_000)
    page.wait_for_selector(f"{STATUS}[data-kind=fault]")
    assert page.inner_text(STATUS).startswith("Het lezen van dit bestand duurt te lang.")
    choose(page, EVERY_DAY)
    assert len(clashing(page)) == 12


def test_a_large_agenda_leaves_the_page_free(live, page, tmp_path):
    open_windows(page, live, JUNE)
    large = tmp_path / "large.ics"
    large.write_text(large_agenda())
    assert large.stat().st_size > 5_000_000
    used = processor_seconds(page)
    choose(page, large)
    of_page, all_threads = used()
    assert len(clashing(page)) >= 8, "every day at 8 and at 12"
    said = f"the page worked {of_page:.2f} s of {all_threads:.2f}: a worker should read"
    assert 0 < of_page < all_threads / 2, said


def processor_seconds(page):
    """Return what tells how long the page's own thread worked since, and how long all of them.

    Only seconds in which they had a turn: how busy the machine is does not count.
    """
    inside = page.context.new_cdp_session(page)
    inside.send("Performance.enable", {"timeDomain": "threadTicks"})

    def worked():
        metrics = inside.send("Performance.getMetrics")["metrics"]
        found = {one["name"]: one["value"] for one in metrics}
        return found["ThreadTime"], found["ProcessTime"]

    before = worked()
    return lambda: tuple(now - then for now, then in zip(worked(), before, strict=True))


def large_agenda():
    """Return 5 MB: six thousand events of twenty years; 600 recur for a year, 63 have no end."""
    about = "DESCRIPTION:" + "\n ".join(["Een lange tekst met veel woorden. " * 2] * 9)
    events = []
    for n in range(6_300):
        day, hour = f"{2010 + n % 19}{n % 12 + 1:02}{n % 28 + 1:02}", 8 + n % 8
        rule = f"\nRRULE:FREQ=WEEKLY;BYDAY=MO,WE;UNTIL={2011 + n % 19}0101" if n % 10 == 0 else ""
        rule = "\nRRULE:FREQ=DAILY" if n % 100 == 0 else rule
        events.append(
            f"UID:{n}\nSUMMARY:Iets {n}\n{about}\nDTSTART;TZID=Europe/Amsterdam:{day}T{hour:02}0000"
            f"\nDTEND;TZID=Europe/Amsterdam:{day}T{hour:02}3000{rule}"
        )
    return calendar(*events)


@pytest.mark.parametrize(
    ("tone", "locale", "says"),
    [
        (Tone.INFORMAL, "nl", "Vergelijk met je eigen agenda"),
        (Tone.FORMAL, "en", "Compare with your own agenda"),
    ],
)
def test_it_speaks_to_the_person_as_the_page_does(live, page, tone, locale, says):
    page.goto(live.invited(tone, locale))
    assert page.locator(DRAWER).inner_text() == says


def test_the_page_of_these_tests_is_no_page_of_the_portal(live, page):
    assert page.goto(PATH).status == 404
