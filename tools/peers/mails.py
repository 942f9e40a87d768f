"""A calendar server that reads mail: does its calendar end as the portal's appointments stand?

Xandikos takes an invitation from standard input, as a mail program would hand it over, and applies
it. It leaves out mail that says `Auto-Submitted`, as ours do, so that line is taken away first.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import sqlalchemy as sa
from icalendar import Calendar as Parsed

from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import AMSTERDAM
from portal.database import db
from portal.messages.models import OutboxMessage
from tools.peers.demo_run import DemoRun
from tools.peers.home import Home
from tools.peers.result import Result, absent, counted

CHECK = "mails applied: calendar as the portal"
VISITS = 60  # those with most mails first
READ_S = 60.0
GONE = "cancelled"
State = dict[str, str]  # by UID: when it begins, or that it is cancelled


def check_mails(home: Home, run: DemoRun) -> Iterator[Result]:
    """Yield how many appointments stand otherwise in Xandikos than in the portal."""
    version = home.versions("xandikos")["xandikos"]
    if not version:
        yield absent(CHECK, "xandikos")
        return
    with run.app.app_context():
        mails, wanted = _told()
    with tempfile.TemporaryDirectory(prefix="tv-peers-") as folder:
        said = [_applied(home, Path(folder), raw) for raw in mails]
        seen = _calendar(Path(folder))
    wrong = [
        f"{seen.get(uid, 'nothing')} for {state}"
        for uid, state in wanted.items()
        if seen.get(uid, GONE) != state
    ]
    peer = f"xandikos {version}"
    yield counted(CHECK, peer, wrong, len(wanted))
    unread = [words for words in said if "Imported iMIP" not in words]
    yield counted("mails applied: not recognised", peer, unread, len(mails))


def _told() -> tuple[list[bytes], State]:
    """Return the mails of some visits in the order in which they were written, and their end."""
    session = db.session()
    by_uid: dict[str, list[tuple[int, bytes]]] = defaultdict(list)
    rows = session.execute(
        sa.select(OutboxMessage.uid, OutboxMessage.id, OutboxMessage.raw)
        .where(OutboxMessage.uid.is_not(None))
        .order_by(OutboxMessage.id)
    )
    for uid, number, raw in rows:
        by_uid[str(uid)].append((number, raw))
    chosen = sorted(by_uid, key=lambda uid: (-len(by_uid[uid]), by_uid[uid][0][0]))[:VISITS]
    mails = sorted(mail for uid in chosen for mail in by_uid[uid])
    found = session.scalars(sa.select(Appointment).where(Appointment.uid.in_(chosen)))
    return [raw for _, raw in mails], {one.uid: _state(one) for one in found}


def _state(appointment: Appointment) -> str:
    if appointment.status is AppointmentStatus.CANCELLED:
        return GONE
    start = datetime.combine(appointment.date, appointment.window_start, AMSTERDAM)
    return start.astimezone(UTC).isoformat()


def _applied(home: Home, folder: Path, raw: bytes) -> str:
    message = message_from_bytes(raw, policy=SMTP)
    del message["Auto-Submitted"]
    command = [str(home.program("xandikos")), "import-imip", "-d", str(folder), "--autocreate"]
    done = subprocess.run(
        command, input=bytes(message), capture_output=True, timeout=READ_S, check=False
    )
    return done.stderr.decode()[-400:]


def _calendar(folder: Path) -> State:
    """Return what stands in Xandikos' calendar; the zone is taken by its name."""
    found: State = {}
    for file in (folder / "user" / "calendars" / "calendar").glob("*.ics"):
        for event in Parsed.from_ical(file.read_bytes()).walk("VEVENT"):
            start = event.decoded("DTSTART").replace(tzinfo=AMSTERDAM).astimezone(UTC)
            is_gone = event.get("STATUS") == "CANCELLED"
            found[str(event["UID"])] = GONE if is_gone else start.isoformat()
    return found
