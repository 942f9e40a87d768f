"""The page about the API: the lines that it says to type do what it says."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser
from pathlib import Path
from string import Template

import pytest
from sqlalchemy.orm import Session

from tests.api.conftest import Answer, Program
from tests.factories import make_visit

pytestmark = pytest.mark.usefixtures("agenda")

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
CURL = ArgumentParser()
CURL.add_argument("curl")
CURL.add_argument("address")
CURL.add_argument("-X", dest="method", default="GET")
CURL.add_argument("-H", dest="headers", action="append")
CURL.add_argument("-d", dest="body")


@pytest.fixture
def lines() -> list[str]:
    """The lines that are typed, with the variables that stand above them filled in."""
    found = re.search(r"```sh\n(AT=.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    typed = found[1].splitlines()
    settings = [one for line in typed if "curl" not in line for one in shlex.split(line)]
    values = dict(one.split("=", 1) for one in settings)
    assert values.pop("AT").endswith("/api/v1")
    return [Template(one).substitute(values, AT="") for one in typed if one.startswith("curl")]


def typed_in(program: Program, line: str, status: int = 200) -> Answer:
    """Return what a line with curl is answered, to this program instead of the one of the page."""
    asked = CURL.parse_args(shlex.split(line, comments=True))
    headers = dict(one.split(": ", 1) for one in asked.headers)
    assert headers.pop("Authorization").startswith("Bearer tijdvenster_")
    return program.ask(asked.method, asked.address, status, headers=headers, data=asked.body)


def test_one_telephone_call(session: Session, program: Program, lines: list[str]) -> None:
    visit = make_visit(session)
    find, look, book, move, cancel = lines
    [found] = typed_in(program, find.replace("K7", visit.customer.number))["visits"]
    look, book, move, cancel = (
        one.replace("/visits/17/", f"/visits/{found['id']}/") for one in (look, book, move, cancel)
    )
    first, second, *_ = (one["id"] for one in typed_in(program, look)["windows"])
    made = typed_in(program, book.replace("412", str(first)), 201)
    moved = typed_in(program, move.replace("413", str(second)))
    assert moved["number"] == made["number"]
    seen = f"{moved['date']}T{moved['start']}"
    assert typed_in(program, cancel.replace("2027-03-09T10:00", seen))["status"] == "cancelled"
