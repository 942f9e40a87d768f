"""Commands about accounts. A higher subject, which knows technicians, adds `staff add`."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from portal import clock
from portal.access import actions
from portal.access.models import StaffMember
from portal.terminal import command

ACTOR = "command line"

group = AppGroup("staff", help="Accounts of staff.")


@group.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Take an account out of use, at once."""
    with command() as session:
        member = session.scalar(sa.select(StaffMember).filter_by(email=email.strip().lower()))
        if member is None:
            raise click.ClickException("There is no account with this e-mail address.")
        actions.disable_staff(session, member)
        actions.record(
            session,
            actor=ACTOR,
            action="staff.disable",
            subject=f"staff:{member.id}",
            now=clock.now(),
        )
    click.echo(f"{email} can no longer sign in.")
