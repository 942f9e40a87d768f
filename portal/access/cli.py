"""Commands about accounts."""

from __future__ import annotations

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from portal import clock
from portal.access import actions
from portal.access.guards import Role
from portal.access.models import StaffMember
from portal.database import transaction
from portal.errors import Refusal
from portal.texts import spoken_to

ACTOR = "command line"

group = AppGroup("staff", help="Accounts of staff.")


@group.command("add")
@click.argument("email")
@click.option("--name", required=True, help="First and last name, as colleagues see it.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--technician-id", type=int, help="Which technician's route this person drives.")
@click.password_option(help="Asked for when left out, which is safer.")
def add(email: str, name: str, role: str, technician_id: int | None, password: str) -> None:
    """Add an account for somebody who works here."""
    with spoken_to("en"), transaction() as session:
        try:
            member = actions.add_staff(
                session,
                email=email,
                name=name,
                role=Role(role),
                password=password,
                technician_id=technician_id,
            )
        except Refusal as refusal:
            raise click.ClickException(refusal.sentence) from refusal
        actions.record(
            session,
            actor=ACTOR,
            action="staff.add",
            subject=f"staff:{member.id}",
            now=clock.now(),
            detail={"role": role},
        )
    click.echo(f"{name} can sign in as {role}.")


@group.command("disable")
@click.argument("email")
def disable(email: str) -> None:
    """Take an account out of use, at once."""
    with transaction() as session:
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
