"""Ticking several times, on the customer's pages: from the link to a stated moment, and back."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.links import token_of
from portal.booking.models import Appointment, Invitation, Selection, SelectionState
from portal.clock import AMSTERDAM
from portal.database import db
from portal.planning.models import Opening, Stop
from portal.texts import Tone
from portal.timetable import decide_selections
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.conftest import SettableClock
from tests.factories import make_absence, make_customer, make_invitation
from tests.visitor import Visitor

EVENING = datetime(2027, 3, 1, 19, 40, tzinfo=AMSTERDAM)


@pytest.fixture
def invitation(session: Session) -> Invitation:
    make_agenda(session)
    return make_invitation(session)


@pytest.fixture
def link(app: Flask, invitation: Invitation) -> str:
    return f"/a/{token_of(invitation, app.config['SECRET_KEY'])}"


def three(session: Session) -> list[Opening]:
    return [opening_at(session, FIRST + timedelta(days=n), time(10)) for n in range(3)]


def ids(openings: list[Opening]) -> list[str]:
    return [str(one.id) for one in openings]


def tick(client: Visitor, link: str, openings: list[Opening]) -> object:
    page = client.fetch(link + "/aanvinken")
    page = client.submit(page.form("tick"), button="show=all")
    return client.submit(page.form("tick"), {"tick": ids(openings)})


def evening_comes(clock: SettableClock) -> None:
    clock.set(EVENING)
    decide_selections(EVENING)
    db.session.rollback()
    db.session.expire_all()


def test_from_the_link_to_the_promise_of_an_answer(
    client: Visitor, session: Session, link: str
) -> None:
    page = client.fetch(link)
    assert "Vink ze aan, dan kiezen wij de tijd waarop we in de buurt zijn" in page.text
    page = client.fetch(link + "/aanvinken")
    assert page.h1 == "Vink aan welke tijden u goed uitkomen"
    assert "U hoort vandaag voor 20:00 uur van ons." in page.text
    page = client.submit(page.form("tick"), button="show=all")
    state = client.submit(page.form("tick"), {"tick": ids(three(session))})
    assert state.h1 == "Wij kiezen een van uw tijden"
    assert "vandaag voor 20:00 uur" in state.text
    assert "maandag 8 maart 10:00 – 12:00" in state.text
    assert client.fetch(link).h1 == state.h1
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 1


def test_in_the_evening_one_is_booked(
    client: Visitor, session: Session, link: str, clock: SettableClock
) -> None:
    tick(client, link, three(session))
    evening_comes(clock)
    page = client.fetch(link)
    assert page.h1 == "U heeft een afspraak"
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_too_few_ticks_are_said_where_they_are_made(
    client: Visitor, session: Session, link: str
) -> None:
    page = client.fetch(link + "/aanvinken")
    two = page.form("tick").choices("tick")[:2]
    again = client.submit(page.form("tick"), {"tick": two}, status=422)
    assert "Vink minstens 3 tijden aan. Met minder" in again.text
    [link_to_ticks] = [a for a in again.elements("a") if a.get("href") == "#ticks"]
    assert link_to_ticks is not None
    assert again.form("tick").values["tick"] == list(two)


def test_a_time_that_is_gone_is_named_and_the_others_stay_ticked(
    client: Visitor, session: Session, link: str
) -> None:
    page = client.fetch(link + "/aanvinken")
    page = client.submit(page.form("tick"), button="show=all")
    openings = three(session)
    openings[0].closed = True
    session.commit()
    again = client.submit(page.form("tick"), {"tick": ids(openings)}, status=422 - 13)
    assert "Niet meer vrij: ma 8 maart tussen 10:00 en 12:00" in again.text
    assert again.form("tick").values["tick"] == ids(openings[1:])
    assert session.scalar(sa.select(sa.func.count(Selection.id))) == 0


def test_the_ticks_stay_when_more_times_are_shown(
    client: Visitor, session: Session, link: str
) -> None:
    page = client.fetch(link + "/aanvinken")
    few = page.form("tick").choices("tick")
    more = client.submit(page.form("tick"), {"tick": few[:1]}, button="show=all")
    assert len(more.form("tick").choices("tick")) > len(few)
    assert more.form("tick").values["tick"] == few[:1]


def test_ticks_can_be_changed(
    client: Visitor, session: Session, link: str, clock: SettableClock
) -> None:
    openings = three(session)
    tick(client, link, openings)
    clock.forward(minutes=1)
    page = client.fetch(link + "/aanvinken")
    assert page.h1 == "Uw tijden veranderen"
    assert page.form("tick").values["tick"] == ids(openings)
    client.submit(page.form("tick"), {"tick": page.form("tick").choices("tick")})
    session.expire_all()
    [selection] = session.scalars(sa.select(Selection)).all()
    assert len(selection.openings) > 3


def test_one_can_be_chosen_at_once(
    client: Visitor, session: Session, link: str, clock: SettableClock
) -> None:
    openings = three(session)
    tick(client, link, openings)
    page = client.fetch(link)
    done = client.submit(page.form("opening"), button=f"opening={openings[2].id}")
    assert done.h1 == "Uw afspraak staat vast"
    evening_comes(clock)
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_stopping_leads_back_to_choosing(client: Visitor, session: Session, link: str) -> None:
    tick(client, link, three(session))
    page = client.fetch(link)
    back = client.submit(page.form("/aanvinken/stoppen"))
    assert back.h1 == "Kies wanneer wij komen"
    assert "Wij kiezen niet meer voor u." in back.text
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 0


def test_who_is_booked_already_sees_that(
    client: Visitor, session: Session, link: str, clock: SettableClock
) -> None:
    page = client.fetch(link + "/aanvinken")
    openings = three(session)
    tick(client, link, openings)
    evening_comes(clock)
    assert client.fetch(link + "/aanvinken").h1 == "U heeft een afspraak"
    late = client.submit(page.form("tick"), {"tick": ids(openings)}, status=409, unchecked=True)
    assert late.h1 == "U heeft een afspraak"


def test_when_none_could_be_kept_the_page_says_sorry_and_offers_others(
    client: Visitor, session: Session, link: str, clock: SettableClock
) -> None:
    tick(client, link, three(session))
    [stop] = session.scalars(sa.select(Stop)).all()
    for technician in {stop.technician, *_others(session, stop)}:
        make_absence(session, technician, FIRST, FIRST + timedelta(days=2))
    evening_comes(clock)
    page = client.fetch(link)
    assert page.h1 == "Kies wanneer wij komen"
    assert "Geen van de tijden die u aanvinkte kan nog." in page.text
    session.expire_all()
    assert session.scalars(sa.select(Selection)).one().state is SelectionState.BROKEN


def _others(session: Session, stop: Stop) -> list[object]:
    kind = type(stop.technician)
    return list(session.scalars(sa.select(kind)))


def test_when_the_batch_is_late_the_page_says_sorry_and_any_moment(
    client: Visitor, session: Session, link: str, clock: SettableClock
) -> None:
    tick(client, link, three(session))
    clock.set(EVENING + timedelta(minutes=20, seconds=-1))
    assert "Het spijt ons" not in client.fetch(link).text
    clock.forward(seconds=1)
    page = client.fetch(link)
    assert "U zou van ons horen voor maandag 1 maart, 20:00 uur." in page.text
    assert "Het spijt ons" in page.text
    assert "elk moment" in page.text


def test_it_speaks_as_the_customer_wishes(
    app: Flask, client: Visitor, session: Session, clock: SettableClock
) -> None:
    make_agenda(session)
    clock.set(EVENING)
    friend = make_invitation(session, customer=make_customer(session, tone=Tone.INFORMAL))
    path = f"/a/{token_of(friend, app.config['SECRET_KEY'])}/aanvinken"
    page = client.fetch(path)
    assert "Je hoort morgen voor 20:00 uur van ons." in page.text
    client.set_language("en")
    assert "You hear from us tomorrow before 20:00." in client.fetch(path).text


@pytest.mark.parametrize("sent", [[], ["x"], ["1", "2", "3"], ["9" * 12] * 3, ["-1", "²", "0"]])
def test_nonsense_is_refused_in_words(
    client: Visitor, session: Session, link: str, sent: list[str]
) -> None:
    form = client.fetch(link + "/aanvinken").form("tick")
    session.execute(sa.update(Opening).values(closed=True))
    session.commit()
    page = client.submit(form, {"tick": sent}, status=_refused(sent), unchecked=True)
    assert page.h1 == "Vink aan welke tijden u goed uitkomen"


def _refused(sent: list[str]) -> int:
    return 409 if sent == ["1", "2", "3"] else 422


def test_who_has_no_mail_address_is_not_told_to_wait_for_a_mail(
    client: Visitor, session: Session, link: str, invitation: Invitation
) -> None:
    invitation.visit.customer.email = None
    session.commit()
    page = client.fetch(link + "/aanvinken")
    assert "op deze pagina welke tijd het is" in page.text
    assert "van ons." not in page.text
    tick(client, link, three(session))
    assert "U ziet het op deze pagina" in client.fetch(link).text
