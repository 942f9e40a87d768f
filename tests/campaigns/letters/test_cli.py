"""The commands do what the page does, and a dry run holds nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.campaigns.letters.agenda import by_letter, letter_stops, make_paper_agenda
from tests.factories import the_branch


@pytest.fixture
def run(app: Flask):
    def run(*words: str, fails: bool = False) -> str:
        answer = app.test_cli_runner().invoke(args=["campaigns", "letters", *words])
        assert (answer.exit_code != 0) == fails, answer.output
        return str(answer.output)

    return run


def test_write_draw_post(session: Session, run, tmp_path):
    make_paper_agenda(session)
    for _ in range(2):
        by_letter(session)
    branch = the_branch(session).slug
    assert "2 letters would be written" in run("write", "--branch", branch, "--dry-run")
    assert letter_stops(session) == []
    told = run("write", "--branch", branch)
    assert "2 letters written" in told
    assert "post on 2027-03-03, held until 2027-03-22" in told
    assert len(letter_stops(session)) == 6
    run("draw", "1", "--folder", str(tmp_path))
    assert (tmp_path / "letters-1.pdf").read_bytes().startswith(b"%PDF")
    assert len((tmp_path / "letters-1.csv").read_text().splitlines()) == 3
    assert "was posted on 2027-03-03" in run("posted", "1", "--on", "2027-03-03")
    assert "no longer be withdrawn" in run("withdraw", "1", fails=True)


def test_withdraw_gives_the_windows_back(session: Session, run):
    make_paper_agenda(session)
    by_letter(session)
    run("write", "--branch", the_branch(session).slug)
    assert "3 windows are free again" in run("withdraw", "1")
    assert letter_stops(session) == []
    assert "withdrawn" in run("posted", "1", fails=True)
    assert "batches" in run("draw", "99", fails=True)
