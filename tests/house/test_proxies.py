"""Behind a proxy every visitor is still somebody else; without one nobody can pretend to be."""

from __future__ import annotations

import pytest

from portal import limits
from portal.application import create_app
from portal.database import db
from portal.settings import Settings
from tests.databases import make_tables

SIGN_IN = "/staff/sign-in"


@pytest.fixture
def behind(app, settings: Settings, monkeypatch):
    """Make a portal behind so many proxies, with limits switched on."""
    made = []

    def portal(number: int):
        portal = create_app(settings.model_copy(update={"proxies": number}))
        made.append(portal)
        with portal.app_context():
            make_tables(db.engine)
        monkeypatch.setattr(limits.limiter, "enabled", True)
        limits.limiter.reset()
        return portal.test_client()

    yield portal
    limits.limiter.reset()
    for portal in made:
        with portal.app_context():
            db.engine.dispose()


def answers_to_guesses(visitor, addresses) -> list[int]:
    """Return the answers to a guess from each address, as the proxy passes it on."""
    visitor.application.config["WTF_CSRF_ENABLED"] = False
    return [
        visitor.post(SIGN_IN, headers={"X-Forwarded-For": address}).status_code
        for address in addresses
    ]


def test_behind_a_proxy_each_visitor_has_a_limit_of_its_own(behind):
    visitor = behind(1)
    guesses = answers_to_guesses(visitor, ["192.0.2.1"] * 11 + ["192.0.2.2"])
    assert guesses[-2:] == [429, 200]


def test_what_a_visitor_adds_before_the_proxy_s_word_counts_for_nothing(behind):
    visitor = behind(1)
    lies = [f"198.51.100.{number}, 192.0.2.1" for number in range(11)]
    assert answers_to_guesses(visitor, lies)[-1] == 429


def test_without_a_proxy_nobody_is_believed(behind):
    visitor = behind(0)
    assert answers_to_guesses(visitor, [f"192.0.2.{number}" for number in range(11)])[-1] == 429


def test_forms_work_behind_a_tls_proxy(behind, session):
    """Our pages send no Referer, which Flask-WTF would ask for over TLS."""
    visitor = behind(1)
    tls = {"X-Forwarded-Proto": "https"}
    page = visitor.get(SIGN_IN, headers=tls).text
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    form = {"csrf_token": token, "email": "a@b.example", "password": "not the password"}
    answer = visitor.post(SIGN_IN, data=form, headers=tls)
    assert answer.status_code == 200
