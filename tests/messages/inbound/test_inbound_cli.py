"""The commands and the jobs: a mail server learns whether we have its mail."""

from __future__ import annotations

import os

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import portal.messages.inbound.cli as cli
from portal import timetable
from portal.jobs import EXTENSION
from portal.messages.inbound.processing import READ_INBOUND
from portal.messages.models import InboundMessage, InboundState
from portal.settings import Settings, SettingsInvalid, set_settings, settings_from_environment
from tests.factories import MONDAY_NOON
from tests.messages.inbound.imap_server import Mailbox, imap_server
from tests.messages.inbound.samples import sample

RAW = sample("person_gmail_nl")


def rows(session: Session) -> list[InboundMessage]:
    session.expire_all()
    return list(session.scalars(sa.select(InboundMessage)))


def piped(app: Flask, raw: bytes) -> int:
    return app.test_cli_runner().invoke(args=["calendar", "inbound"], input=raw).exit_code


def is_woken(app: Flask) -> bool:
    queue = app.extensions[EXTENSION].queue
    return READ_INBOUND in {task.name for task in queue.pending()}


@pytest.fixture(autouse=True)
def _nothing_waits(app: Flask) -> None:
    app.extensions[EXTENSION].queue.flush()


def test_a_mail_from_a_pipe_is_stored_and_the_reading_woken(app: Flask, session: Session) -> None:
    raw = RAW + b"\xff\0\r\n.\r\n"
    assert not is_woken(app)
    assert [piped(app, raw), piped(app, raw)] == [0, 0]
    assert [(row.raw, row.source, row.state) for row in rows(session)] == [
        (raw, "pipe", InboundState.NEW)
    ]
    assert is_woken(app)


def test_a_mail_that_cannot_be_stored_is_kept_by_the_mail_server(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_values: object) -> None:
        raise OperationalError("insert", {}, Exception("the disk is full"))

    with monkeypatch.context() as full:
        full.setattr(cli, "store", gone)
        assert piped(app, RAW) == os.EX_TEMPFAIL
    assert piped(app, b"") == os.EX_TEMPFAIL
    assert rows(session) == []
    assert not is_woken(app)


def test_a_queue_that_is_away_refuses_no_mail(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_values: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(app.extensions[EXTENSION].queue, "enqueue", away)
    assert piped(app, RAW) == 0
    assert len(rows(session)) == 1


def with_mailbox(app: Flask, settings: Settings, url: str, **others: object) -> None:
    changed = {"imap_url": Settings(IMAP_URL=url).imap_url, **others}
    set_settings(app, settings.model_copy(update=changed))


@pytest.fixture
def restored(app: Flask, settings: Settings) -> object:
    yield None
    set_settings(app, settings)


@pytest.mark.usefixtures("restored")
def test_the_jobs_fetch_and_read(app: Flask, session: Session, settings: Settings) -> None:
    mailbox = Mailbox()
    mailbox.add(RAW)
    with imap_server(mailbox) as url:
        with_mailbox(app, settings, url)
        timetable.fetch_inbound(MONDAY_NOON)
        timetable.fetch_inbound(MONDAY_NOON)
    assert is_woken(app)
    timetable.read_inbound(MONDAY_NOON)
    (row,) = rows(session)
    assert (row.source, row.state, row.kind) == ("imap", InboundState.FOR_PERSON, "free_text")


@pytest.mark.usefixtures("restored")
def test_the_demo_and_a_portal_without_a_mailbox_fetch_nothing(
    app: Flask, session: Session, settings: Settings
) -> None:
    timetable.fetch_inbound(MONDAY_NOON)
    mailbox = Mailbox()
    with imap_server(mailbox) as url:
        with_mailbox(app, settings, url, demo=True)
        timetable.fetch_inbound(MONDAY_NOON)
    assert mailbox.commands == []


@pytest.mark.usefixtures("restored")
def test_a_mailbox_that_is_away_stops_no_job(
    app: Flask, session: Session, settings: Settings
) -> None:
    with_mailbox(app, settings, "imap://a:geheim@127.0.0.1:1")
    timetable.fetch_inbound(MONDAY_NOON)
    result = app.test_cli_runner().invoke(args=["calendar", "fetch"])
    assert result.exit_code == 1
    assert "geheim" not in result.output


@pytest.mark.usefixtures("restored")
def test_a_fetch_by_hand_says_what_it_stored(
    app: Flask, session: Session, settings: Settings
) -> None:
    runner = app.test_cli_runner()
    assert "IMAP_URL is not set" in runner.invoke(args=["calendar", "fetch"]).output
    mailbox = Mailbox(refuses={2})
    mailbox.add(RAW, RAW + b"x")
    with imap_server(mailbox) as url:
        with_mailbox(app, settings, url)
        result = runner.invoke(args=["calendar", "fetch"])
    assert result.output == "stored 1, not given by the server 1\n"


def test_a_wrong_mailbox_stops_the_start_without_telling_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMAP_URL", "pop://a:geheim@mail.example")
    monkeypatch.setenv("TIJDVENSTER_AUTHSERV_ID", "mx; dmarc=pass")
    with pytest.raises(SettingsInvalid) as fault:
        settings_from_environment()
    assert "IMAP_URL" in str(fault.value)
    assert "TIJDVENSTER_AUTHSERV_ID" in str(fault.value)
    assert "geheim" not in str(fault.value)
