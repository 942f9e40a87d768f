"""The audit trail in words: whoever can act in the code has a name that people understand."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.console.audit import actor_in_words, actor_names
from portal.texts import LOCALES, spoken_to
from tests.staff import make_staff

PORTAL = Path("portal")
NAMED = {"BY", "ACTOR"}  # constants that say who acts
TOLD = {"actor", "by", "booked_by", "started_by", "made_by"}  # arguments that say it
SECOND = {"Circumstances", "Sending", "Change"}  # built of (now, by, …)


def actors_in(source: str) -> Iterator[str]:
    """Yield every text that a file of the portal hands on as the one who acts."""
    nodes = list(ast.walk(ast.parse(source)))
    constants = {
        one.id: node.value
        for node in nodes
        if isinstance(node, ast.Assign)
        for one in node.targets
        if isinstance(one, ast.Name)
    }
    for node in nodes:
        said: list[ast.expr | None] = []
        if isinstance(node, ast.Assign):
            named = {one.id for one in node.targets if isinstance(one, ast.Name)}
            said = [node.value] if named & NAMED else []
        elif isinstance(node, ast.Call):
            said = [one.value for one in node.keywords if one.arg in TOLD]
            built = isinstance(node.func, ast.Name) and node.func.id in SECOND
            said += node.args[1:2] if built else []
        for named_or_literal in said:
            one = named_or_literal
            if isinstance(one, ast.Name):
                one = constants.get(one.id)
            if isinstance(one, ast.Constant) and isinstance(one.value, str):
                yield one.value


def test_everybody_who_acts_has_words_in_both_languages(app: Flask):
    actors = {one for file in PORTAL.rglob("*.py") for one in actors_in(file.read_text())}
    assert {
        "customer",
        "questions",
        "route",
        "import",
        "reminders",
        "calendar",
        "command",
    } <= actors
    told = {}
    with app.test_request_context():
        for locale in LOCALES:
            with spoken_to(locale):
                told[locale] = {actor: actor_in_words(actor) for actor in actors}
    for actor in actors:
        assert actor not in (told["nl"][actor], told["en"][actor]), actor
        assert told["nl"][actor] != told["en"][actor], actor


@pytest.mark.parametrize("locale", LOCALES)
def test_a_colleague_is_told_by_name_and_without_one_as_a_colleague(session: Session, locale: str):
    known = make_staff(session)
    with spoken_to(locale):
        names = actor_names(session, [f"staff:{known.id}", "staff:999"])
    assert names[f"staff:{known.id}"] == known.name
    assert names["staff:999"] == {"nl": "een collega", "en": "a colleague"}[locale]
