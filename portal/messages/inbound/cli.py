"""Commands: take a mail from a mail server, fetch what stands in the mailbox."""

from __future__ import annotations

import os
import sys

import click
import structlog
from flask.cli import AppGroup

from portal import clock, jobs
from portal.database import transaction
from portal.messages.inbound.imap import MailboxUnavailable, fetch
from portal.messages.inbound.processing import READ_INBOUND, store
from portal.settings import current_settings

SOURCE = "pipe"

log = structlog.get_logger(__name__)
group = AppGroup("calendar", help="Mail that comes in: answers of calendars, bounces, questions.")


@group.command("inbound")
def inbound() -> None:
    """Store one mail from standard input; ends with 75 (try again later) if that fails."""
    try:
        raw = sys.stdin.buffer.read()
        if not raw:
            raise click.UsageError("there is no mail on standard input")
        with transaction() as session:
            store(session, raw, SOURCE, clock.now())
    except Exception as fault:
        log.warning("mail not stored", kind=type(fault).__name__)
        sys.exit(os.EX_TEMPFAIL)
    jobs.wake(READ_INBOUND)


@group.command("fetch")
def fetch_now() -> None:
    """Store what stands in the mailbox of IMAP_URL; the jobs do so every minute."""
    url = current_settings().imap_url
    if url is None:
        raise click.UsageError("IMAP_URL is not set")
    try:
        fetched = fetch(url.get_secret_value(), clock.now())
    except MailboxUnavailable as fault:
        raise click.ClickException(str(fault)) from None
    if fetched.stored:
        jobs.wake(READ_INBOUND)
    click.echo(f"stored {fetched.stored}, not given by the server {fetched.failed}")
