from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from portal.access.actions import PASSWORD_MINIMUM, add_staff, disable_staff
from portal.access.errors import EmailInUse, EmailInvalid, PasswordTooShort
from portal.access.guards import Role
from portal.database import db
from portal.limits import limiter
from tests.staff import PASSWORD, make_staff, sign_in

HOMES = {
    Role.PLANNER: "/staff/board",
    Role.DESK: "/staff/desk",
    Role.TECHNICIAN: "/route",
    Role.ADMINISTRATOR: "/staff/board",
}
ELSEWHERE = ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)")


@pytest.mark.parametrize(("role", "home"), HOMES.items())
def test_each_role_starts_at_its_own_work(session, client, role, home):
    assert sign_in(client, make_staff(session, role)).location == "/staff/"
    assert client.fetch("/staff/", 302).location == home


def test_who_is_not_signed_in_is_asked_to_and_then_comes_where_he_wanted(session, client):
    member = make_staff(session)
    asked = client.fetch("/staff/?week=12", 302).location
    assert asked == "/staff/sign-in?next=/staff/?week%3D12"
    form = client.fetch(asked).form("/staff/sign-in")
    given = {"email": member.email, "password": PASSWORD}
    assert client.submit(form, given, 302).location == "/staff/?week=12"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(session, client, target):
    member = make_staff(session)
    form = client.fetch("/staff/sign-in", query_string={"next": target}).form("/staff/sign-in")
    given = {"email": member.email, "password": PASSWORD}
    location = client.submit(form, given, 302).location
    assert urlsplit(urljoin("http://localhost/", location.replace("\\", "/"))).netloc == "localhost"


def test_a_wrong_password_an_unknown_and_a_disabled_account_read_the_same(session, client):
    known = make_staff(session)
    gone = make_staff(session, Role.DESK)
    disable_staff(session, gone)
    session.commit()
    form = client.fetch("/staff/sign-in").form("/staff/sign-in")
    tries = (
        {"email": known.email, "password": "a wrong password"},
        {"email": "nobody@warmhuis.example", "password": PASSWORD},
        {"email": gone.email, "password": PASSWORD},
    )
    pages = [client.submit(form, values) for values in tries]
    assert len({page.text for page in pages}) == 1
    assert "horen niet bij elkaar" in pages[0].text


def test_who_is_disabled_is_out_at_the_next_click(session, client):
    member = make_staff(session)
    sign_in(client, member)
    client.fetch("/staff/", 302)
    disable_staff(session, member)
    session.commit()
    assert "/staff/sign-in" in client.fetch("/staff/", 302).location


def test_signing_out_needs_a_form_and_ends_the_session(session, client):
    sign_in(client, make_staff(session))
    client.fetch("/staff/sign-out", 405)
    client.post("/staff/sign-out", {}, 400)
    token = client.fetch("/nowhere", 404).form("/language").values["csrf_token"][0]
    client.post("/staff/sign-out", {"csrf_token": token}, 302)
    assert "/staff/sign-in" in client.fetch("/staff/", 302).location


def test_signing_in_without_the_form_of_the_page_is_refused(session, client):
    member = make_staff(session)
    client.post("/staff/sign-in", {"email": member.email, "password": PASSWORD}, 400)


def test_nobody_stays_signed_in_after_the_browser_closes(session, client):
    member = make_staff(session)
    form = client.fetch("/staff/sign-in").form("/staff/sign-in")
    given = {"email": member.email, "password": PASSWORD, "remember": "y"}
    client.submit(form, given, 302, unchecked=True)
    assert client.http.get_cookie("remember_token") is None


def test_a_token_in_the_address_signs_nobody_in(app, session, client):
    member = make_staff(session)
    with app.test_request_context():
        token = member.get_auth_token()
    answer = client.fetch("/staff/", 302, query_string={"auth_token": token})
    assert "/staff/sign-in" in answer.location


def test_tries_to_sign_in_are_limited(client, monkeypatch):
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", True)
    form = client.fetch("/staff/sign-in").form("/staff/sign-in")
    for _ in range(10):
        client.submit(form, {"email": "x@warmhuis.example", "password": "guess"})
    refused = client.submit(form, {"email": "x@warmhuis.example", "password": "guess"}, 429)
    assert "Wacht een moment" in refused.text
    limiter.reset()


def test_staff_read_in_their_own_language(session, client):
    sign_in(client, make_staff(session, locale="en"))
    assert client.fetch("/nowhere", 404).h1 == "We cannot find this page"


def test_passwords_are_kept_as_argon2(session):
    assert make_staff(session).password.startswith("$argon2id$")


@pytest.mark.parametrize(
    ("email", "password", "refusal"),
    [
        ("PLANNER@warmhuis.example", PASSWORD, EmailInUse),
        ("no address", PASSWORD, EmailInvalid),
        ("new@warmhuis.example", "x" * (PASSWORD_MINIMUM - 1), PasswordTooShort),
    ],
)
def test_an_account_needs_an_address_of_its_own_and_a_long_password(
    session, email, password, refusal
):
    make_staff(session)
    with pytest.raises(refusal) as refused:
        add_staff(session, email=email, name="New", role=Role.DESK, password=password)
    assert refused.value.sentence


def test_a_failing_database_shows_signed_in_staff_a_page_with_the_telephone(session, client):
    sign_in(client, make_staff(session))
    session.commit()

    def gone(_c, _k, statement, *_):
        if "staff_members" in statement:
            raise OperationalError("", {}, Exception("server closed the connection"))

    sa.event.listen(db.engine, "before_cursor_execute", gone)
    try:
        page = client.fetch("/staff/", 503)
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", gone)
    assert page.h1 == "Er ging hier iets mis"
    assert page.headers["Retry-After"] == "10"
