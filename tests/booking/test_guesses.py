"""Tries are counted for the thing that is guessed, whoever tries another one at that moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from portal.booking.errors import TooManyTries
from portal.booking.views.guesses import insist_on_few
from portal.limits import limiter


@pytest.fixture(autouse=True)
def limited(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let tries be counted, from nothing."""
    limiter.reset()
    monkeypatch.setattr(limiter, "enabled", True)
    yield
    limiter.reset()


def guess(app: Flask, what: str) -> bool:
    """Return whether one more try is let through, in a request of its own."""
    with app.app_context(), app.test_request_context("/"):
        try:
            insist_on_few(what)
        except TooManyTries:
            return False
    return True


def test_a_thing_may_be_tried_a_few_times(app: Flask) -> None:
    assert [guess(app, "appointment:A") for _ in range(9)] == [True] * 8 + [False]
    assert guess(app, "appointment:B")


def test_tries_at_another_thing_at_the_same_moment_are_not_counted(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, is_between = limiter.limit_manager, False
    add_hint = manager.add_endpoint_hint

    def let_another_in_between(endpoint: str, name: str) -> None:
        nonlocal is_between
        add_hint(endpoint, name)
        if not is_between:
            is_between = True
            guess(app, "appointment:GUESSED")
            is_between = False

    for _ in range(8):
        guess(app, "appointment:GUESSED")
    monkeypatch.setattr(manager, "add_endpoint_hint", let_another_in_between)
    assert guess(app, "appointment:RIGHTFUL")
