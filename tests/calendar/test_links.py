from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from portal.calendar.links import deep_links
from tests.calendar.events import event_at, make_event
from tests.calendar.hostile import HOSTILE, event_with

START, END = "20270610T060000Z", "20270610T080000Z"
BODY = "Regel één\nRegel + twee"


def parts(address: str) -> tuple[str, dict[str, str]]:
    split = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(split.query).items()}
    return f"{split.scheme}://{split.netloc}{split.path}", query


@pytest.fixture
def links():  # type: ignore[no-untyped-def]
    at = event_at(2027, 6, 10, 8)
    return deep_links(
        make_event(start=at.start, end=at.end, summary="Ketel & meer", description=BODY)
    )


# What the npm package calendar-link 2.11 makes of the same event, decoded; for Outlook it leaves
# the offset out and so trusts the visitor's own time zone, we write it.
def test_google(links) -> None:  # type: ignore[no-untyped-def]
    assert parts(links.google) == (
        "https://calendar.google.com/calendar/render",
        {
            "action": "TEMPLATE",
            "dates": f"{START}/{END}",
            "details": BODY,
            "location": "Dorpsstraat 1, 3511 AB Utrecht",
            "text": "Ketel & meer",
        },
    )


@pytest.mark.parametrize("host", ["outlook.live.com", "outlook.office.com"])
def test_outlook(links, host: str) -> None:  # type: ignore[no-untyped-def]
    link = links.outlook if host.endswith("live.com") else links.office
    assert parts(link) == (
        f"https://{host}/calendar/0/action/compose",
        {
            "allday": "false",
            "body": BODY,
            "enddt": "2027-06-10T10:00:00+02:00",
            "location": "Dorpsstraat 1, 3511 AB Utrecht",
            "path": "/calendar/action/compose",
            "rru": "addevent",
            "startdt": "2027-06-10T08:00:00+02:00",
            "subject": "Ketel & meer",
        },
    )


def test_yahoo(links) -> None:  # type: ignore[no-untyped-def]
    assert parts(links.yahoo) == (
        "https://calendar.yahoo.com/",
        {
            "desc": BODY,
            "dur": "false",
            "et": END,
            "in_loc": "Dorpsstraat 1, 3511 AB Utrecht",
            "st": START,
            "title": "Ketel & meer",
            "v": "60",
        },
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_can_change_the_address(text: str) -> None:
    links = deep_links(event_with(text))
    for link in (links.google, links.outlook, links.office, links.yahoo):
        assert link.isascii()
        assert link.isprintable()
        assert "#" not in link
