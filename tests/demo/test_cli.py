"""The command that loads the demo."""

from __future__ import annotations

from tests.factories import make_branch

LOAD = ["demo", "load", "--boilers", "30", "--solve-seconds", "0"]


def test_the_command_says_what_it_made(app, session):
    answer = app.test_cli_runner().invoke(args=LOAD)
    assert answer.exit_code == 0, answer.output
    assert answer.output.startswith("43 boilers,")
    assert "2 addresses wait for the desk" in answer.output


def test_the_command_says_why_it_does_nothing(app, session):
    make_branch(session, slug="echt")
    answer = app.test_cli_runner().invoke(args=LOAD)
    assert answer.exit_code == 1
    assert "The database holds a real branch" in answer.output
