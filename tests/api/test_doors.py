"""Who may ask: a live key, its own branch, not too often. No session opens anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.access.models import ApiKey
from portal.database import transaction
from portal.limits import limiter
from portal.problems import CONTENT_TYPE
from tests.api.conftest import Program
from tests.conftest import SettableClock
from tests.factories import make_address, make_branch, make_customer, make_region, make_visit
from tests.staff import make_staff, sign_in
from tests.visitor import Visitor

pytestmark = pytest.mark.heart


@pytest.fixture
def limited() -> Iterator[None]:
    """Let tries and calls be counted, from nothing."""
    limiter.enabled = True
    limiter.reset()
    yield
    limiter.reset()
    limiter.enabled = False


def operations(app: Flask, visit_id: int) -> list[tuple[str, str]]:
    """Return method and path of every address of the API that asks for a key."""
    adapter = app.url_map.bind("localhost")
    return [
        (
            method,
            adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, visit_id), method=method),
        )
        for rule in app.url_map.iter_rules()
        if getattr(getattr(app.view_functions[rule.endpoint], "guard", None), "by_key", False)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "key_missing"),
        ("", "key_missing"),
        ("Basic dTpw", "key_missing"),
        ("Bearer", "key_unknown"),
        ("Bearer tijdvenster_" + "a" * 43, "key_unknown"),
        ("Bearer \xe9", "key_unknown"),
    ],
)
def test_without_a_key_there_is_nothing(
    app: Flask, session: Session, header: str | None, code: str
) -> None:
    visit_id = make_visit(session).id
    doors = operations(app, visit_id)
    assert len(doors) == 6
    for method, path in doors:
        headers = {} if header is None else {"Authorization": header}
        answer = app.test_client().open(path, method=method, headers=headers)
        assert (answer.status_code, answer.content_type) == (401, CONTENT_TYPE), path
        assert answer.json["code"] == code
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_key_is_refused_at_once(
    session: Session, program: Program, clock: SettableClock
) -> None:
    path = f"/visits/{make_visit(session).id}"
    program.get(path)
    with transaction() as write:
        write.scalars(sa.select(ApiKey)).one().revoked_at = clock()
    assert program.get(path, 401)["code"] == "key_unknown"


def test_a_session_of_staff_opens_nothing(app: Flask, session: Session, client: Visitor) -> None:
    sign_in(client, make_staff(session, Role.ADMINISTRATOR))
    for method, path in operations(app, make_visit(session).id):
        answer = client.http.open(path, method=method, headers={"Idempotency-Key": "k" * 20})
        assert (answer.status_code, answer.json["code"]) == (401, "key_missing"), path


def test_a_key_opens_the_customers_of_its_own_branch_only(
    session: Session, make_program: Callable[..., Program]
) -> None:
    here = make_visit(session)
    elsewhere = make_branch(session)
    customer = make_customer(session, branch=elsewhere, number=here.customer.number)
    region = make_region(session, branch=elsewhere)
    there = make_visit(session, address=make_address(session, customer=customer, region=region))
    program, everywhere = make_program(here.customer.branch_id), make_program()
    assert everywhere.get(f"/visits/{there.id}")["branch"] == elsewhere.slug
    for path in (f"/visits/{there.id}", f"/visits/{there.id}/windows"):
        assert program.get(path, 404)["code"] == "not_found"
    assert program.book(there.id, 1, "k" * 20, 404)["code"] == "not_found"
    assert program.move(there.id, 1, "l" * 20, 404)["code"] == "not_found"
    assert program.cancel(there.id, "m" * 20, 404)["code"] == "not_found"
    by_number = f"/visits?customer={here.customer.number}"
    assert [one["id"] for one in program.get(by_number)["visits"]] == [here.id]
    assert {one["id"] for one in everywhere.get(by_number)["visits"]} == {here.id, there.id}
    assert program.get(f"/visits?boiler={there.boiler.number}") == {"visits": []}


@pytest.mark.parametrize("number", [0, 999_999, 2**31, 2**63, 10**30])
def test_a_visit_that_does_not_exist_is_not_found(program: Program, number: int) -> None:
    assert program.get(f"/visits/{number}", 404)["code"] == "not_found"


def test_what_goes_wrong_beside_a_view_is_a_problem_too(
    app: Flask, session: Session, program: Program
) -> None:
    assert program.get("/nothing", 404)["code"] == "not_found"
    assert program.ask("PATCH", "/visits", 405)["code"] == "method_not_allowed"
    large = {"data": b"x" * 1_100_000, "content_type": "application/json"}
    path = f"/visits/{make_visit(session).id}/appointment"
    assert program.ask("POST", path, 413, "k" * 20, **large)["code"] == "too_large"
    assert app.test_client().get("/nothing").mimetype == "text/html"


def test_the_use_of_a_key_is_noted_every_few_minutes(
    session: Session, program: Program, clock: SettableClock
) -> None:
    path, noted = f"/visits/{make_visit(session).id}", []
    for minutes in (0, 4, 2):
        clock.forward(minutes=minutes)
        program.get(path)
        session.rollback()
        session.expire_all()
        noted.append(session.scalars(sa.select(ApiKey.last_used_at)).one())
    assert noted[0] == noted[1]
    assert noted[2] == clock()


def test_the_log_tells_which_program_asked_and_nothing_about_whom(
    session: Session, app: Flask, program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    visit = make_visit(session)
    program.get(f"/visits?customer={visit.customer.number}")
    Program(app, "").get(f"/visits/{visit.id}", 401)
    told, refused = (one.msg for one in caplog.records if one.name == "portal.request")
    assert (told["endpoint"], told["program"]) == ("api.find_visits", "api_key:1")
    assert visit.customer.number not in told.values()
    assert "program" not in refused


def test_guessing_ends_soon_and_a_live_key_goes_on(
    session: Session, app: Flask, program: Program, limited: None
) -> None:
    path, stranger = f"/visits/{make_visit(session).id}", Program(app, "tijdvenster_" + "a" * 43)
    for _ in range(10):
        stranger.get(path, 401)
    assert stranger.get(path, 429)["code"] == "too_many_requests"
    program.get(path)


def test_only_who_is_refused_for_it_is_told_to_wait(
    session: Session, app: Flask, program: Program, limited: None
) -> None:
    path = f"/api/v1/visits/{make_visit(session).id}"
    live = {"Authorization": f"Bearer {program.secret}"}

    def answer(headers: Mapping[str, str]) -> tuple[int, bool]:
        with app.app_context():  # of its own, as every request has
            told = app.test_client().get(path, headers=headers)
        return told.status_code, "Retry-After" in told.headers

    assert [answer({}) for _ in range(11)] == [(401, False)] * 10 + [(429, True)]
    assert answer(live) == (200, False)


def test_one_key_asks_so_often_and_another_goes_on(
    session: Session,
    make_program: Callable[..., Program],
    limited: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portal.api.views.door.CALLS", "3 per minute")
    path, busy, other = f"/visits/{make_visit(session).id}", make_program(), make_program()
    for _ in range(3):
        busy.get(path)
    assert busy.get(path, 429)["code"] == "too_many_requests"
    other.get(path)


def test_a_program_is_counted_for_itself_whoever_asks_at_the_same_moment(
    session: Session,
    make_program: Callable[..., Program],
    limited: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("portal.api.views.door.CALLS", "1 per minute")
    path, first, second = f"/visits/{make_visit(session).id}", make_program(), make_program()
    between, manager = [second], limiter.limit_manager
    add_hint = manager.add_endpoint_hint

    def let_another_in_between(endpoint: str, name: str) -> None:
        add_hint(endpoint, name)
        if between:
            between.pop().get(path)

    monkeypatch.setattr(manager, "add_endpoint_hint", let_another_in_between)
    first.get(path)
    assert not between
