"""A sender's process is killed with -9 between handing over and settling."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.messages.models import Stage
from portal.messages.outbox import enqueue
from portal.messages.sender import LEASE
from portal.messages.smtp import SmtpChannel
from portal.settings import Settings
from tests.factories import MONDAY_NOON
from tests.messages.letters import a_mail_with_invite, sent_by
from tests.messages.mails import messages_about
from tests.messages.smtp_servers import broken_server, mail_server, silent_after_dot

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.heart
def test_a_killed_sender_s_message_is_sent_again_with_identical_bytes(
    session: Session, settings: Settings
) -> None:
    with transaction() as writing:
        enqueue(writing, a_mail_with_invite(), MONDAY_NOON)
    with broken_server(silent_after_dot) as (url, seen):
        process = started_sender(settings, url)
        deadline = monotonic() + 60
        while not seen and process.poll() is None and monotonic() < deadline:
            sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(60)
    (row,) = messages_about(session, "visit:17")
    assert seen == [row.raw.replace(b"\r\n.", b"\r\n..")]
    assert (row.stage, row.tries) == (Stage.HANDED_OVER, 1)
    assert row.lease_until
    with mail_server() as (url, inbox):
        before, then = row.lease_until - LEASE / 2, row.lease_until
        assert sent_by(SmtpChannel(url), before).sent == 0
        assert sent_by(SmtpChannel(url), then).sent == 1
    assert [envelope.content for envelope in inbox.taken] == [row.raw]


def started_sender(settings: Settings, smtp_url: str) -> subprocess.Popen[bytes]:
    """Run the documented command in a process of its own; its clock is the machine's, or later."""
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database,
        "SMTP_URL": smtp_url,
        "TIJDVENSTER_DATA_DIR": str(settings.data_dir),
        "TIJDVENSTER_SECRET_KEY": "t" * 48,
    }
    run = (
        "from datetime import timedelta; from portal.application import create_app;"
        "from portal import clock; app = create_app(now=lambda: clock.system_time()"
        " + timedelta(days=3650)); app.test_cli_runner().invoke(args=['messages', 'send'])"
    )
    return subprocess.Popen([sys.executable, "-c", run], cwd=REPOSITORY, env=environment)
