from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.messages.models import Stage
from portal.messages.outbox import enqueue
from portal.settings import Settings
from tests.factories import MONDAY_NOON
from tests.messages.letters import a_mail
from tests.messages.mails import messages_about


def run(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=["messages", *words])
    assert result.exit_code == 0, result.output
    return result.output


def queued(about: str) -> None:
    with transaction() as session:
        enqueue(session, a_mail(about=about), MONDAY_NOON)


def test_send_puts_what_is_due_in_the_local_outbox(
    app: Flask, session: Session, settings: Settings
) -> None:
    queued("visit:1")
    queued("visit:2")
    assert run(app, "send", "--limit", "1") == "sent 1, to be tried again 0, failed 0\n"
    assert run(app, "send") == "sent 1, to be tried again 0, failed 0\n"
    assert len(list((settings.data_dir / "outbox" / "new").iterdir())) == 2


def test_list_shows_what_waits_and_what_failed(app: Flask, session: Session) -> None:
    queued("visit:1")
    assert "visit:1" in run(app, "list")
    assert run(app, "list", "--failed") == ""


def test_retry_puts_given_up_messages_back(app: Flask, session: Session) -> None:
    queued("visit:1")
    with transaction() as writing:
        (row,) = messages_about(writing, "visit:1")
        row.stage, row.last_error, number = Stage.FAILED, "PermanentFailure: 550", row.id
    assert "550" in run(app, "list", "--failed")
    assert run(app, "retry", str(number), "99") == "1 of 2 put back\n"
    assert run(app, "send") == "sent 1, to be tried again 0, failed 0\n"
