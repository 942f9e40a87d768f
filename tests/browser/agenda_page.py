"""A page with any windows at all, and a reader who compares them with an agenda."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from flask import render_template_string
from playwright.sync_api import FilePayload, Page, Route

from portal.planning.windows import Window
from portal.security import CONTENT_SECURITY_POLICY
from tests.browser.live import LivePortal

AGENDAS = Path(__file__).parent / "agendas"
STATUS = ".own-agenda-status"
PATH = "/windows-of-a-test"
TEMPLATE = """
{% extends "layouts/customer.html" %}
{% from "components/window.html" import window_option %}
{% block head %}<link rel="stylesheet" href="{{ asset('own_agenda.css') }}">{% endblock %}
{% block content %}
  <h1>Windows</h1>
  {% include "booking/own_agenda.html" %}
  {% for one in windows %}
    {{ window_option("opening", loop.index, one.start, one.end, kind=kind,
                     begins_at=one.starts_at(), ends_at=one.ends_at()) }}
  {% endfor %}
{% endblock %}
"""


class Boiler:
    """The work takes three quarters of an hour."""

    service_minutes = 45


class Visit:
    """All that the control asks of a visit."""

    boiler = Boiler


def windows_of(*days: date, hours: tuple[int, ...] = (8, 10, 12, 14)) -> list[Window]:
    """Return windows of two hours on each of the days."""
    return [Window(day, time(hour), time(hour + 2)) for day in days for hour in hours]


def days_around(day: date, reach: int) -> list[date]:
    """Return the days from `reach` before to `reach` after a day."""
    return [day + timedelta(days=number) for number in range(-reach, reach + 1)]


def open_windows(
    page: Page, live: LivePortal, windows: list[Window], kind: str = "button", path: str = PATH
) -> None:
    """Go to a page of the portal that has these windows, under its own policy."""
    with live.app.test_request_context():
        body = render_template_string(TEMPLATE, windows=windows, visit=Visit, kind=kind)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    }

    def answer(route: Route) -> None:
        route.fulfill(status=200, headers=headers, body=body)

    page.route(f"**{path}", answer)
    page.goto(path)
    page.locator(".own-agenda > details > summary").click()


def choose(page: Page, content: str | bytes | Path, wanted: str = "result") -> str:
    """Choose a file, wait for a result (or a `fault`), and return what is said."""
    page.locator("#own-agenda-file").set_input_files(file_of(content))
    page.wait_for_selector(f"{STATUS}:is([data-kind=result], [data-kind=fault])", timeout=60_000)
    assert page.locator(STATUS).get_attribute("data-kind") == wanted, page.inner_text(STATUS)
    return page.inner_text(STATUS)


def file_of(content: str | bytes | Path) -> FilePayload | Path:
    """Return what a person chooses: a file on disk, or one called agenda.ics with this content."""
    if isinstance(content, Path):
        return content
    data = content.encode() if isinstance(content, str) else content
    return FilePayload(name="agenda.ics", mimeType="text/calendar", buffer=data)


def agenda(name: str) -> str:
    """Return a sample, with the line ends of RFC 5545."""
    return (AGENDAS / f"{name}.ics").read_text().replace("\n", "\r\n")


def calendar(*events: str) -> str:
    """Return a calendar file with these events, each without its BEGIN and END."""
    inside = "".join(f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test\n{inside}END:VCALENDAR\n".replace(
        "\n", "\r\n"
    )


def clashing(page: Page) -> set[datetime]:
    """Return the starts of the windows that are dimmed."""
    return _starts(page, ".window-clashing")


def hinted(page: Page, kind: str) -> set[datetime]:
    """Return the starts of the windows with such a note: clash, allDay or soonAfter."""
    return _starts(page, f".window:has(.window-agenda-{kind})")


def notes(page: Page) -> list[str]:
    """Return what the windows say of the agenda, in the page's order."""
    return [note.replace("\u2068", "").replace("\u2069", "").replace("\u2060", "")
            for note in page.locator(".window-agenda").all_inner_texts()]  # fmt: skip


def _starts(page: Page, selector: str) -> set[datetime]:
    found = page.eval_on_selector_all(selector, "all => all.map(one => one.dataset.start)")
    return {datetime.fromisoformat(start).astimezone(UTC) for start in found}
