"""Commands: send what is due, show what waits, try a given-up message again."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal import clock
from portal.database import db, transaction
from portal.messages import actions
from portal.messages.channels import channels_from
from portal.messages.queries import failed_messages, waiting_messages
from portal.messages.sender import send_due
from portal.settings import current_settings
from portal.site import current_site

group = AppGroup("messages", help="Mails to customers: send, list, try again.")


@group.command("send")
@click.option("--limit", type=click.IntRange(min=1), help="Stop after this many messages.")
def send(limit: int | None) -> None:
    """Send the messages that are due, to SMTP_URL or else into the local outbox."""
    report = send_due(clock.now(), channels_from(current_settings()), current_site(), limit)
    click.echo(f"sent {report.sent}, to be tried again {report.retried}, failed {report.failed}")


@group.command("list")
@click.option(
    "--failed", is_flag=True, help="Show what was given up or came back instead of what waits."
)
def list_messages(failed: bool) -> None:
    """List the messages that wait, or those that failed or came back, one on a line."""
    session = db.session()
    for row in failed_messages(session) if failed else waiting_messages(session):
        due = row.due_at.isoformat(timespec="minutes")
        click.echo(f"{row.id}\t{row.kind}\t{row.about}\t{due}\t{row.tries}\t{row.last_error}")


@group.command("retry")
@click.argument("ids", nargs=-1, required=True, type=int)
def retry(ids: tuple[int, ...]) -> None:
    """Put given-up messages back, by their numbers, with the bytes they had."""
    now = clock.now()
    with transaction() as session:
        again = [number for number in ids if actions.try_again(session, number, now)]
    click.echo(f"{len(again)} of {len(ids)} put back")
