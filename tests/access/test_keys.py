"""Keys of programs: made and shown once, stored as a hash, listed, revoked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from portal.access.keys import KEY, key_behind, make_key
from portal.access.models import ApiKey, AuditEntry
from portal.console.audit import actor_names
from tests.conftest import SettableClock
from tests.factories import MONDAY_NOON, make_branch

pytestmark = pytest.mark.heart


def run(app: Flask, *line: str) -> Result:
    return app.test_cli_runner().invoke(args=["api-keys", *line])


def made(app: Flask, *line: str) -> str:
    """Return the secret that the command shows."""
    result = run(app, "add", *line)
    assert result.exit_code == 0, result.output
    secret = result.output.splitlines()[-1]
    assert KEY.fullmatch(secret)
    return secret


def test_a_key_is_shown_once_and_stored_as_a_hash(app: Flask, session: Session) -> None:
    branch = make_branch(session)
    secret = made(app, "  The  telephone ", "--branch", branch.slug)
    key = session.scalars(sa.select(ApiKey)).one()
    assert (key.name, key.branch_id) == ("The telephone", branch.id)
    assert secret not in "".join(
        str(row)
        for table in (ApiKey, AuditEntry)
        for row in session.execute(sa.select(table.__table__))
    )
    assert secret not in run(app, "list").output
    found = key_behind(session, secret)
    assert found is not None
    assert found.id == key.id


def test_two_keys_with_one_name_are_two_keys(app: Flask) -> None:
    assert made(app, "CRM", "--all-branches") != made(app, "CRM", "--all-branches")


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(
    app: Flask, session: Session, clock: SettableClock
) -> None:
    secret = made(app, "CRM", "--all-branches")
    assert "CRM\tall branches\tmade 2027-03-01 12:00\tnever used\tlive" in run(app, "list").output
    clock.forward(hours=1)
    assert run(app, "revoke", "1").exit_code == 0
    clock.forward(hours=1)
    assert run(app, "revoke", "1").exit_code == 0
    assert "revoked 2027-03-01 13:00" in run(app, "list").output
    assert key_behind(session, secret) is None
    told = session.execute(sa.select(AuditEntry.action, AuditEntry.subject)).all()
    assert told == [("api_key.made", "api_key:1"), ("api_key.revoked", "api_key:1")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("add", "CRM"), "either --branch or --all-branches"),
        (("add", "CRM", "--branch", "u", "--all-branches"), "either --branch or --all-branches"),
        (("add", "CRM", "--branch", "nowhere"), "nowhere"),
        (("add", "  ", "--all-branches"), "Give the key a name"),
        (("add", "x" * 81, "--all-branches"), "at most 80 characters"),
        (("revoke", "7"), "no key with this number"),
    ],
)
def test_the_command_says_what_is_wrong(
    app: Flask, session: Session, line: tuple[str, ...], words: str
) -> None:
    result = run(app, *line)
    assert result.exit_code != 0
    assert words in result.output
    assert not session.scalars(sa.select(ApiKey)).all()


@pytest.mark.parametrize("secret", ["", "tijdvenster_", "tijdvenster_" + "a" * 43, "a" * 55, "é"])
def test_what_is_no_key_opens_nothing(session: Session, secret: str) -> None:
    make_key(session, "CRM", None, MONDAY_NOON, actor="test")
    assert key_behind(session, secret) is None


def test_colleagues_read_the_name_of_the_program(session: Session) -> None:
    key, _secret = make_key(session, "CRM", None, MONDAY_NOON, actor="test")
    actor = f"api_key:{key.id}"
    assert actor_names(session, [actor]) == {actor: "CRM (API)"}
