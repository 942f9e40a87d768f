"""Every route says who may come, every command says what it does."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from flask import Flask

from portal.access.guards import EXTENSION_ROUTES, Guard
from portal.settings import Settings

FLASK_COMMANDS = {"run", "shell", "routes", "db", "limiter", "users", "roles"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The demo adds routes of its own."""
    return settings.model_copy(update={"demo": True})


def test_every_route_has_a_guard_decision(app: Flask):
    undecided = [
        str(rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in EXTENSION_ROUTES
        and not isinstance(getattr(app.view_functions[rule.endpoint], "guard", None), Guard)
    ]
    assert not undecided


def test_an_open_route_says_why(app: Flask):
    for name, view in app.view_functions.items():
        guard = getattr(view, "guard", None)
        if guard is not None and not guard.roles and not guard.by_key:
            assert len(guard.reason.split()) >= 4, name


def test_extensions_bring_only_the_routes_that_are_known(app: Flask):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert set(EXTENSION_ROUTES) <= endpoints


def test_staff_pages_send_strangers_to_the_sign_in(app: Flask):
    closed = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if getattr(getattr(app.view_functions[rule.endpoint], "guard", None), "roles", None)
        and "GET" in (rule.methods or ()) and not rule.arguments
    ]  # fmt: skip
    assert closed
    visitor = app.test_client()
    for path in closed:
        answer = visitor.get(path)
        assert answer.status_code == 302, path
        assert answer.location.startswith("/staff/sign-in"), path


def test_addresses_are_typed_or_tokens(app: Flask):
    """A number in an address is an int, so that nonsense is a 404 and no fault."""
    for rule in app.url_map.iter_rules():
        for name in rule.arguments:
            if name.endswith("_id"):
                assert f"<int:{name}>" in rule.rule, rule


def test_every_command_has_help(app: Flask):
    silent = [path for path, command in commands(app) if not (command.help or "").strip()]
    assert not silent


def commands(app: Flask) -> Iterator[tuple[str, click.Command]]:
    for name, command in app.cli.commands.items():
        if name in FLASK_COMMANDS:
            continue
        yield name, command
        if isinstance(command, click.Group):
            for sub_name, sub_command in command.commands.items():
                yield f"{name} {sub_name}", sub_command
