"""Commands about the technicians' day."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal import clock
from portal.booking.circumstances import Circumstances
from portal.booking.links import running_key
from portal.database import db
from portal.fieldwork.delays import BY, delays, warn_of_delays
from portal.fieldwork.lateness import about
from portal.pages import clock_time
from portal.site import current_site

group = AppGroup("fieldwork", help="The technicians' day.")


@group.command("warn")
@click.option("--dry-run", is_flag=True, help="Say who would be told; tell nobody.")
def warn(dry_run: bool) -> None:
    """Tell the customers of today for whom we come later than promised; a job does so by itself."""
    now = clock.now()
    if dry_run:
        found = delays(db.session(), now)
        for delay in found:
            time = clock_time(about(delay.expected))
            click.echo(f"appointment {delay.appointment_id}: expected at about {time}")
        click.echo(f"{len(found)} would be told")
        return
    told = warn_of_delays(Circumstances(now, BY, current_site()), running_key())
    click.echo(f"{told} told")
