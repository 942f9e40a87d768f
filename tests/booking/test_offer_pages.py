"""Seeing fewer windows, and asking about a day, on the customer's page and at the desk."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.links import token_of
from portal.booking.models import Appointment, Invitation
from portal.planning.models import Opening
from portal.texts import Tone
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.document import Document
from tests.factories import make_customer, make_invitation
from tests.visitor import Visitor


@pytest.fixture
def link(app: Flask, session: Session) -> str:
    """The personal link of somebody with ten days to choose from."""
    make_agenda(session)
    return link_of(app, make_invitation(session))


def link_of(app: Flask, invitation: Invitation) -> str:
    return f"/a/{token_of(invitation, app.config['SECRET_KEY'])}"


def times(page: Document) -> set[str]:
    """Return the times that can be chosen, such as "08:00 – 10:00"."""
    spans = page.elements("span", **{"class": "window-time"})
    return {"".join(span.itertext()).strip() for span in spans}


def test_only_mornings_says_how_much_is_hidden(client: Visitor, link: str) -> None:
    page = client.fetch(link)
    page = client.submit(page.form("Laat deze tijden zien"), {"part": "morning"})
    assert "Te zien: alleen ochtenden. 20 andere tijden zijn verborgen." in page.text
    assert times(page) == {"08:00 – 10:00", "10:00 – 12:00"}


def test_weekdays_and_a_first_date_work_together(client: Visitor, link: str) -> None:
    page = client.fetch(link)
    values = {"weekday": ["2", "4"], "from": "2027-03-12"}
    page = client.submit(page.form("Laat deze tijden zien"), values)
    assert "dinsdag, donderdag; vanaf vrijdag 12 maart 2027" in page.text
    legends = ["".join(one.itertext()).strip() for one in page.elements("legend")]
    days = [one for one in legends if "maart" in one]
    assert sorted(days) == ["dinsdag 16 maart", "donderdag 18 maart"]


def test_show_more_keeps_the_filters(client: Visitor, link: str) -> None:
    page = client.fetch(link + "?part=morning")
    more = next(a.get("href", "") for a in page.elements("a") if "all=1" in a.get("href", ""))
    everything = client.fetch(more)
    assert times(everything) == {"08:00 – 10:00", "10:00 – 12:00"}
    assert len(everything.form("opening").choices("opening")) == 20
    assert "all" in everything.form("Laat deze tijden zien").values


def test_filters_that_leave_nothing_say_so_and_offer_everything(client: Visitor, link: str) -> None:
    page = client.fetch(link + "?from=2027-12-01")
    assert "U zocht: vanaf woensdag 1 december 2027. Daar is nu geen vrije tijd bij." in page.text
    assert "Laat alle 40 vrije tijden zien" in page.text
    assert f"{link}?all=1" in [a.get("href") for a in page.elements("a")]

    assert "tussen de twee tijden" not in page.text


def test_a_first_date_that_is_none_is_asked_again(client: Visitor, link: str) -> None:
    page = client.fetch(link + "?from=volgende+week")
    assert "Schrijf hem als 31-12-2027." in page.text
    assert page.form("Laat deze tijden zien").values["from"] == ["volgende week"]


def test_asking_about_a_day_keeps_the_filters(client: Visitor, link: str) -> None:
    page = client.fetch(link + "?part=morning&weekday=2&weekday=4")
    page = client.submit(page.form("Bekijk deze dag"), {"day": "2027-03-13"})
    assert "Te zien: alleen ochtenden; dinsdag, donderdag." in page.text


def test_a_day_on_which_all_is_free_or_over_sends_nobody_to_the_telephone(
    client: Visitor, link: str
) -> None:
    for day in (FIRST.isoformat(), "2020-01-01"):
        assert "Moet het deze dag zijn?" not in client.fetch(f"{link}?day={day}").text
    assert "Moet het deze dag zijn?" in client.fetch(link + "?day=2027-03-13").text


def test_a_filtered_window_is_chosen_like_any_other(client: Visitor, link: str) -> None:
    page = client.fetch(link + "?part=afternoon&all=1")
    opening = page.form("opening").choices("opening")[0]
    page = client.submit(page.form("opening"), button=f"opening={opening}")
    assert page.form("key")


@pytest.mark.parametrize("bad", ["part=x", "weekday=0&weekday=a", "from=%00x", "day=x", "all=2"])
def test_an_address_with_nonsense_is_no_error(client: Visitor, link: str, bad: str) -> None:
    client.fetch(f"{link}?{bad}", 400 if "%00" in bad else 200)


def test_a_weekend_is_explained_once_with_the_nearest_days(client: Visitor, link: str) -> None:
    page = client.fetch(link)
    page = client.submit(page.form("Bekijk deze dag"), {"day": "2027-03-13"})
    assert page.text.count("In het weekend werken wij niet.") == 1
    assert "De dichtstbijzijnde dagen met keus" in page.text
    assert "030 000 01 23" in page.text


def test_a_day_in_part_open_can_be_chosen_at_once(
    client: Visitor, session: Session, link: str
) -> None:
    opening_at(session, FIRST, time(10)).closed = True
    page = client.fetch(f"{link}?day={FIRST.isoformat()}")
    assert "Voor deze tijd maken wij geen nieuwe afspraken." in page.text
    answer = [form for form in page.forms if form.answers_to("opening")][-1]
    free = opening_at(session, FIRST, time(14))
    assert str(free.id) in answer.choices("opening")
    client.submit(answer, button=f"opening={free.id}")


def test_a_date_that_is_none_is_asked_again(client: Visitor, link: str) -> None:
    page = client.fetch(link + "?day=volgende+week")
    assert "Schrijf hem als 31-12-2027." in page.text


def test_a_day_can_be_asked_about_when_nothing_is_free(
    client: Visitor, session: Session, link: str
) -> None:
    session.execute(sa.update(Opening).values(closed=True))
    page = client.fetch(f"{link}?day={FIRST.isoformat()}")
    assert page.text.count("Voor deze tijd maken wij geen nieuwe afspraken.") == 1
    assert "De dichtstbijzijnde dagen" not in page.text


def test_the_informal_customer_is_told_informally(app: Flask, session: Session) -> None:
    make_agenda(session)
    customer = make_customer(session, tone=Tone.INFORMAL)
    page = Visitor(app).fetch(
        link_of(app, make_invitation(session, customer=customer)) + "?day=2027-03-02"
    )
    assert "Je kunt kiezen vanaf woensdag 3 maart." in page.text


def test_moving_has_the_same_filters_and_answers(
    client: Visitor, session: Session, link: str
) -> None:
    page = client.fetch(link)
    opening = opening_at(session, FIRST, time(10))
    page = client.submit(page.form("opening"), button=f"opening={opening.id}")
    client.submit(page.form("key"))
    reference = session.scalars(sa.select(Appointment.reference)).one()
    page = client.fetch(f"/afspraak/{reference}/verzetten?part=morning&day={FIRST.isoformat()}")
    assert "Te zien: alleen ochtenden." in page.text
    assert "Dit is de tijd van uw afspraak." in page.text


def test_asking_about_many_days_changes_nothing(
    client: Visitor, session: Session, link: str
) -> None:
    for n in range(0, 100, 9):
        day = (FIRST + timedelta(days=n)).isoformat()
        client.fetch(f"{link}?day={day}&part=morning&all=1")
    assert session.scalar(sa.select(sa.func.sum(Opening.taken))) == 0
