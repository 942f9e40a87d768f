"""The customer's pages: from a link to an appointment and back, for every kind of link."""

from __future__ import annotations

from datetime import date, time

import pytest
import sqlalchemy as sa
from flask import Flask
from icalendar import Calendar
from sqlalchemy.orm import Session

from portal.booking.links import token_of
from portal.booking.models import Appointment, AppointmentStatus, Invitation, InvitationState
from portal.booking.references import check_letter
from portal.customers.models import VisitState
from portal.planning.models import Opening, Stop
from portal.texts import Tone
from tests.booking.agenda import FIRST, make_agenda, opening_at
from tests.conftest import SettableClock
from tests.document import Document, Form
from tests.factories import make_customer, make_invitation, make_visit
from tests.visitor import Visitor


def link_of(app: Flask, invitation: Invitation) -> str:
    return f"/a/{token_of(invitation, app.config['SECRET_KEY'])}"


@pytest.fixture
def invitation(session: Session) -> Invitation:
    """Somebody who was invited, with three weeks to choose from."""
    make_agenda(session)
    return make_invitation(session)


def press(client: Visitor, form: Form, opening: Opening) -> Document:
    """Return what follows a window that is chosen and then booked, or to which one moves."""
    held = client.submit(form, button=f"opening={opening.id}")
    return client.submit(held.form("key"))


def book(client: Visitor, link: str, opening: Opening) -> Appointment:
    press(client, client.fetch(link + "?all=1").form("opening"), opening)
    return opening_appointment(opening)


def opening_appointment(opening: Opening) -> Appointment:
    session = sa.orm.object_session(opening)
    assert session is not None
    return session.scalars(
        sa.select(Appointment).where(
            Appointment.date == opening.date, Appointment.window_start == opening.window_start
        )
    ).one()


@pytest.mark.parametrize("state", [VisitState.DONE, VisitState.DROPPED])
def test_the_link_of_a_visit_that_was_made_sends_nobody_looking_for_a_time(
    app: Flask, client: Visitor, session: Session, invitation: Invitation, state: VisitState
) -> None:
    early = client.fetch(link_of(app, invitation)).form("opening")
    invitation.visit.state = state
    session.commit()
    page = client.fetch(link_of(app, invitation), status=410)
    assert "U hoeft niets meer te doen" in page.text
    assert "al gedaan, of het is niet meer nodig" in page.text
    assert "Dat spijt ons" not in page.text
    late = client.submit(early, button=f"opening={early.choices('opening')[0]}", status=410)
    assert "al gedaan" in late.text


def test_from_link_to_booked_takes_two_clicks(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    page = client.fetch(link_of(app, invitation))
    assert page.h1 == "Kies wanneer wij komen"
    opening = opening_at(session, FIRST, time(10))
    held = client.submit(page.form("opening"), button=f"opening={opening.id}")
    assert held.h1 == "Deze afspraak vastleggen?"
    done = client.submit(held.form("Deze afspraak vastleggen"))
    assert done.h1 == "Uw afspraak staat vast"
    assert "maandag 8 maart 2027" in done.text
    assert "tussen 10:00 en 12:00" in done.text
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 1


def test_looking_changes_nothing(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    for _ in range(5):
        client.fetch(link_of(app, invitation))
        client.http.head(link_of(app, invitation))
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 0
    assert session.scalar(sa.select(sa.func.sum(Opening.taken))) == 0


def test_an_open_link_shows_the_street_without_the_house_number(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    address = invitation.visit.address
    page = client.fetch(link_of(app, invitation))
    assert f"{address.street}, {address.city}" in page.text
    assert address.line not in page.text


def test_a_booked_link_shows_the_state_without_street_and_house_number(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    page = Visitor(app).fetch(link_of(app, invitation))
    assert page.h1 == "U heeft een afspraak"
    assert invitation.visit.address.street not in page.text


@pytest.mark.parametrize("token", ["x", "WzEsMV0.forged", "WzEsMV0", "%00", "a" * 500])
def test_a_broken_or_forged_link_is_a_friendly_404(client: Visitor, token: str) -> None:
    page = client.fetch(f"/a/{token}", 404)
    assert "030 000 01 23" in page.text


def test_a_withdrawn_link_is_a_friendly_410(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    invitation.state = InvitationState.WITHDRAWN
    session.commit()
    assert "Bel ons" in client.fetch(link_of(app, invitation), 410).text


def test_a_replaced_link_is_a_friendly_410(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    old = link_of(app, invitation)
    invitation.link_version += 1
    session.commit()
    client.fetch(old, 410)
    client.fetch(link_of(app, invitation), 200)


def test_an_expired_link_is_a_friendly_410(
    app: Flask, client: Visitor, clock: SettableClock, invitation: Invitation
) -> None:
    clock.forward(days=365)
    client.fetch(link_of(app, invitation), 410)


def test_a_window_that_is_gone_shows_what_else_is_possible(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    page = client.fetch(link_of(app, invitation))
    opening = opening_at(session, FIRST, time(10))
    opening.closed = True
    session.commit()
    refused = client.submit(page.form("opening"), status=409, button=f"opening={opening.id}")
    assert "Iemand anders heeft deze tijd net gekozen" in refused.text
    assert refused.form("opening")
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 0


def test_a_double_click_books_once_and_shows_the_same_page(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    chosen = client.fetch(link_of(app, invitation)).form("opening")
    opening = opening_at(session, FIRST, time(10))
    held = [client.submit(chosen, button=f"opening={opening.id}") for _ in range(2)]
    assert session.scalar(sa.select(sa.func.count(Stop.id))) == 1
    pages = [client.submit(held[0].form("key")) for _ in range(2)]
    assert [page.h1 for page in pages] == ["Uw afspraak staat vast"] * 2
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 1


def test_a_used_link_does_not_book_again(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    stale = client.fetch(link_of(app, invitation)).form("opening")
    book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    other = opening_at(session, FIRST, time(12))
    refused = client.submit(stale, status=409, button=f"opening={other.id}")
    assert refused.h1 == "U heeft een afspraak"


@pytest.mark.parametrize("sent", [{}, {"opening": "x"}, {"opening": "9" * 30}])
def test_nonsense_in_the_form_is_refused_kindly(
    app: Flask, client: Visitor, invitation: Invitation, sent: dict[str, str]
) -> None:
    form = client.fetch(link_of(app, invitation)).form("opening")
    page = client.submit(form, sent, status=422, unchecked=True)
    assert "Kies" in page.text


@pytest.mark.parametrize("sent", [{"opening": "x"}, {"key": "short"}, {"key": None}])
def test_nonsense_in_what_is_booked_is_refused_kindly(
    app: Flask, client: Visitor, session: Session, invitation: Invitation, sent: dict[str, str]
) -> None:
    form = client.fetch(link_of(app, invitation)).form("opening")
    opening = opening_at(session, FIRST, time(10))
    held = client.submit(form, button=f"opening={opening.id}")
    page = client.submit(held.form("key"), sent, status=422, unchecked=True)
    assert "Kies" in page.text
    assert session.scalar(sa.select(sa.func.count(Appointment.id))) == 0


def test_an_empty_agenda_says_so_and_shows_the_telephone(app: Flask, session: Session) -> None:
    page = Visitor(app).fetch(link_of(app, make_invitation(session)))
    assert "geen tijd vrij" in page.text


def test_strangers_must_prove_the_address(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    made = book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    stranger = Visitor(app)
    page = stranger.fetch(f"/afspraak/{made.reference}")
    assert made.date.strftime("%Y") not in page.text
    wrong = {"postcode": "1234 AB", "house_number": "1"}
    stranger.submit(page.form("postcode"), wrong, status=422)
    address = made.visit.address
    right = {"postcode": "3511 ab", "house_number": address.house_number}
    shown = stranger.submit(page.form("postcode"), right)
    assert shown.h1 == "Uw afspraak staat vast"


def test_a_reference_that_does_not_exist_looks_like_one_that_does(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    made = book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    unknown = "999999" + check_letter("999999")
    pages = [Visitor(app).fetch(f"/afspraak/{one}").text for one in (made.reference, unknown)]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("what", ["verzetten", "annuleren"])
def test_strangers_change_nothing(
    app: Flask, client: Visitor, session: Session, invitation: Invitation, what: str
) -> None:
    made = book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    stranger = Visitor(app)
    path = f"/afspraak/{made.reference}"
    token = stranger.fetch(path).form("postcode").values["csrf_token"]
    stranger.post(f"{path}/{what}", {"csrf_token": token}, 403)
    session.expire_all()
    assert (made.sequence, made.status) == (0, AppointmentStatus.CONFIRMED)


def test_moving_keeps_the_old_time_until_the_new_is_chosen(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    made = book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    page = client.fetch(f"/afspraak/{made.reference}/verzetten?all=1")
    assert "U houdt die tot u een andere tijd kiest" in page.text
    new = opening_at(session, date(2027, 3, 10), time(14))
    moved = press(client, page.form("opening"), new)
    assert "woensdag 10 maart 2027" in moved.text
    session.expire_all()
    assert made.sequence == 1


def test_cancelling_asks_once_more_and_then_shows_it(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    made = book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    asked = client.fetch(f"/afspraak/{made.reference}/annuleren")
    page = client.submit(asked.forms[0])
    assert page.h1 == "Uw afspraak is geannuleerd"
    assert client.fetch(link_of(app, invitation)).h1 == "Kies wanneer wij komen"


def test_a_page_of_the_former_time_does_not_cancel_the_new_one(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    made = book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    before = client.fetch(f"/afspraak/{made.reference}/annuleren").form("seen")
    page = client.fetch(f"/afspraak/{made.reference}/verzetten?all=1")
    press(client, page.form("opening"), opening_at(session, date(2027, 3, 10), time(14)))
    asked = client.submit(before, status=409)
    assert "De afspraak is intussen verzet." in asked.text
    assert "woensdag 10 maart 2027" in asked.text
    session.expire_all()
    assert made.status is AppointmentStatus.CONFIRMED
    assert client.submit(asked.form("seen")).h1 == "Uw afspraak is geannuleerd"


def test_too_late_to_change_says_to_call(
    app: Flask,
    client: Visitor,
    session: Session,
    clock: SettableClock,
    invitation: Invitation,
) -> None:
    made = book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    asked = client.fetch(f"/afspraak/{made.reference}/annuleren")
    moving = client.fetch(f"/afspraak/{made.reference}/verzetten").form("opening")
    opening = moving.choices("opening")[0]
    clock.forward(days=6, hours=20)
    for page in ("", "/verzetten", "/annuleren"):
        assert "te dichtbij" in client.fetch(f"/afspraak/{made.reference}{page}").text
    refused = client.submit(asked.forms[0], status=409)
    assert refused.h1 == "Uw afspraak staat vast"
    assert "Bel ons" in refused.text
    assert client.submit(moving, button=f"opening={opening}").h1 == "Uw afspraak staat vast"


def test_a_cancelled_appointment_offers_no_move_and_no_download(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    made = book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    client.submit(client.fetch(f"/afspraak/{made.reference}/annuleren").forms[0])
    page = client.fetch(f"/afspraak/{made.reference}/verzetten")
    assert page.h1 == "Uw afspraak is geannuleerd"
    client.fetch(f"/afspraak/{made.reference}/agenda.ics", 410)


def test_the_window_one_has_is_not_offered_again(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    opening = opening_at(session, FIRST, time(10))
    made = book(client, link_of(app, invitation), opening)
    page = client.fetch(f"/afspraak/{made.reference}/verzetten?all=1")
    assert str(opening.id) not in page.form("opening").choices("opening")


def test_the_download_is_a_calendar_without_attendee(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    made = book(client, link_of(app, invitation), opening_at(session, FIRST, time(10)))
    answer = client.http.get(f"/afspraak/{made.reference}/agenda.ics")
    calendar = Calendar.from_ical(answer.data)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert calendar["METHOD"] == "PUBLISH"
    assert "ATTENDEE" not in calendar.walk("VEVENT")[0]
    again = client.http.get(f"/afspraak/{made.reference}/agenda.ics")
    assert answer.data == again.data


@pytest.mark.parametrize(
    ("tone", "locale", "heading"),
    [
        (Tone.FORMAL, "nl", "Uw afspraak staat vast"),
        (Tone.INFORMAL, "nl", "Je afspraak staat vast"),
        (Tone.FORMAL, "en", "Your appointment is booked"),
    ],
)
def test_everybody_is_spoken_to_as_they_wish(
    app: Flask, client: Visitor, session: Session, tone: Tone, locale: str, heading: str
) -> None:
    make_agenda(session)
    invited = make_invitation(
        session,
        visit=make_visit(session, customer=make_customer(session, tone=tone, locale=locale)),
    )
    form = client.fetch(link_of(app, invited)).form("opening")
    opening = opening_at(session, FIRST, time(10))
    assert press(client, form, opening).h1 == heading


def test_a_code_from_a_letter_opens_the_same_page(client: Visitor, session: Session) -> None:
    make_agenda(session)
    make_invitation(session, code="12345678" + check_letter("12345678"))
    form = client.fetch("/c").form("code")
    typed = "1234 5678 " + check_letter("12345678").lower()
    page = client.submit(form, {"code": typed, "postcode": "3511ab"})
    assert page.h1 == "Kies wanneer wij komen"


@pytest.mark.parametrize(
    ("code", "postcode"), [("12345678A", "3511AB"), ("x", "3511AB"), ("", ""), ("1", "9999ZZ")]
)
def test_a_wrong_code_tells_nothing(client: Visitor, code: str, postcode: str) -> None:
    form = client.fetch("/c").form("code")
    client.submit(form, {"code": code, "postcode": postcode}, status=422)


def test_choice_grows_with_show_more(
    app: Flask, client: Visitor, session: Session, invitation: Invitation
) -> None:
    few = client.fetch(link_of(app, invitation)).form("opening")
    many = client.fetch(link_of(app, invitation) + "?all=1").form("opening")
    assert 4 <= len(few.choices("opening")) < len(many.choices("opening")) == 40


def test_forms_work_behind_tls_where_browsers_send_no_referer(
    app: Flask, session: Session, invitation: Invitation
) -> None:
    secure = Visitor(app)
    secure.http.environ_base["wsgi.url_scheme"] = "https"
    page = secure.fetch(link_of(app, invitation))
    opening = opening_at(session, FIRST, time(10))
    done = press(secure, page.form("opening"), opening)
    assert done.h1 == "Uw afspraak staat vast"


@pytest.mark.parametrize("path", ["/c?x=%00", f"/staff/customers/{10**20}"])
def test_what_no_person_types_is_refused_without_a_fault(client: Visitor, path: str) -> None:
    assert client.http.get(path).status_code in (400, 404)
