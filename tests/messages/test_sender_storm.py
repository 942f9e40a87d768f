"""Senders killed at any moment, small; `python -m tools.storm mail` is the full size."""

from __future__ import annotations

import pytest

from tools.storm import mail
from tools.storm.mail_sender import Way
from tools.storm.stage import Kind


@pytest.mark.slow
def test_senders_killed_at_any_moment_lose_nothing_and_double_only_where_they_said() -> None:
    figures = mail.killed(Kind.SQLITE, mails=40, kills=12, seed=2)
    assert [figure for figure in figures if not figure.holds] == []


@pytest.mark.slow
def test_a_loss_a_copy_without_a_trace_and_an_overtaken_message_are_found() -> None:
    """The control: the judge sees what a careless sender would do."""
    with mail.battle(Kind.SQLITE, mails=3, seed=1) as seen:
        assert mail.harm(seen) == 3  # nothing was sent yet
        mail.fight(seen, Way.OURS, kills=0)
        assert mail.harm(seen) == 0
        assert mail.overtaken(seen) == []
        first = seen.sink.taken[0]
        seen.sink.taken.append(first)
        assert mail.harm(seen) == 1
        assert mail.overtaken(seen) == [mail.identity(first)]
