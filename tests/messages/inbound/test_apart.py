"""A mail is read in a process of its own, which may die without harm."""

from __future__ import annotations

import signal
import subprocess
from typing import Any

import pytest

import portal.messages.inbound.apart as apart
from portal.messages.inbound.apart import ReadingBrokeOff, reader
from tests.messages.inbound.samples import US, reading, sample

PRELUDE = "import portal.messages.inbound.apart as apart\napart.PROCESSOR_S = 0.2\n"
ENDLESS = "def reading(raw, us):\n    while True: pass\n"
INSIDE_C = "def reading(raw, us):\n    return sum(range(10**12))\n"
ASLEEP = "def reading(raw, us):\n    import time; time.sleep(60)\n"
CRASHING = "def reading(raw, us):\n    import os; os.kill(os.getpid(), 9)\n"
GREEDY = "def reading(raw, us):\n    return bytearray(10**10)\n"
LYING = "def reading(raw, us):\n    return 'no reading'\n"


def child(source: str) -> list[str]:
    return [f"{PRELUDE}{source}apart.understood_or_refused = reading\napart.main()"]


def test_a_child_reads_as_we_would_ourselves() -> None:
    names = ("google_declined_with_note", "exchange_counter", "postfix_failed", "person_gmail_nl")
    with reader(US) as read:
        assert [read(sample(name)) for name in names] == [reading(sample(name)) for name in names]


def test_a_child_is_started_for_a_mail_only(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[object] = []
    start = subprocess.Popen

    def noted(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        started.append(command)
        return start(command, **options)

    monkeypatch.setattr(apart.subprocess, "Popen", noted)
    with reader(US) as read:
        assert started == []
        for _ in range(2):
            read(sample("kde_accepted"))
    assert len(started) == 1


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (ENDLESS, "more than 2 s"),
        (INSIDE_C, "more than 2 s"),
        (CRASHING, f"ended with {-signal.SIGKILL}"),
        (GREEDY, "ended with 1"),
        (LYING, "something else"),
    ],
)
def test_a_mail_that_breaks_its_reader_is_named_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], source: str, reason: str
) -> None:
    with reader(US) as read:
        with monkeypatch.context() as broken:
            broken.setattr(apart, "COMMAND", ("-c", *child(source)))
            with pytest.raises(ReadingBrokeOff, match=reason):
                read(sample("kde_accepted"))
        assert read(sample("kde_accepted")) == reading(sample("kde_accepted"))


def test_a_reader_that_gets_no_turn_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "COMMAND", ("-c", *child(ASLEEP)))
    with reader(US, wall_s=1.5) as read, pytest.raises(ReadingBrokeOff, match="no turn"):
        read(b"hallo")


def test_the_child_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "smtp://a:geheim@mail.example")
    source = (
        "def reading(raw, us):\n    import os; assert 'SMTP_URL' not in os.environ; os._exit(7)\n"
    )
    monkeypatch.setattr(apart, "COMMAND", ("-c", *child(source)))
    with reader(US) as read, pytest.raises(ReadingBrokeOff, match="ended with 7"):
        read(b"hallo")


def test_what_is_far_too_large_is_not_sent_to_the_child() -> None:
    with reader(US) as read:
        found = read(b"Subject: groot\n\n" + b"x" * 30_000_000)
    assert found == reading(b"Subject: groot\n\n" + b"x" * 1_100_000)
