"""Commands about what customers think."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal import clock
from portal.booking.circumstances import Circumstances
from portal.booking.links import running_key
from portal.database import db
from portal.feedback.asking import BY, ask_everybody
from portal.feedback.queries import to_ask
from portal.site import current_site

group = AppGroup("feedback", help="What customers think of a visit.")


@group.command("ask")
@click.option("--dry-run", is_flag=True, help="Say who would be asked; ask nobody.")
def ask(dry_run: bool) -> None:
    """Ask how visits of some days ago went; a job does so by itself every morning."""
    now = clock.now()
    if dry_run:
        due = to_ask(db.session(), now)
        for one in due:
            click.echo(f"{one.date}: appointment {one.reference}")
        click.echo(f"{len(due)} would be asked")
        return
    asked = ask_everybody(Circumstances(now, BY, current_site()), running_key())
    click.echo(f"{asked} asked")
