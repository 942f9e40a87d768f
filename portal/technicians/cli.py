"""Commands for technicians, and for accounts, which may be a technician's."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from portal import clock
from portal.access.actions import add_staff, record
from portal.access.cli import ACTOR
from portal.access.cli import group as staff_group
from portal.access.guards import Role
from portal.regions.queries import branch_by_slug
from portal.technicians import actions
from portal.technicians.importing import technicians_from_csv
from portal.technicians.models import AbsenceKind, Technician
from portal.technicians.queries import technician_by_number
from portal.terminal import BRANCH, DAY, command, file_content, refuse_faults
from portal.texts import spoken_to

group = AppGroup("technicians", help="Technicians, their shifts, skills and absences.")

ONE_BRANCH = click.option(
    "--branch", "slug", help="Needed when branches use the same technician numbers."
)


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@BRANCH
@click.option("--dry-run", is_flag=True, help="Check and count everything; change nothing.")
def import_technicians(file: Path, slug: str, dry_run: bool) -> None:
    """Import technicians from a CSV file; docs/import.md tells its columns.

    Either every line is imported or none: each fault is named with its line.
    """
    with spoken_to("en"):
        read = technicians_from_csv(file_content(file))
    refuse_faults(read.faults)
    with command(dry_run) as session:
        branch = branch_by_slug(session, slug)
        report = actions.import_technicians(session, branch, read.rows)
    click.echo(
        f"technicians: {report.added} added, {report.changed} changed,"
        f" {report.unchanged} as they were"
    )


@group.command("absent")
@click.argument("number")
@click.argument("first", type=DAY)
@click.argument("last", type=DAY)
@ONE_BRANCH
@click.option("--kind", type=click.Choice([kind.value for kind in AbsenceKind]), default="leave")
def absent(number: str, first: datetime, last: datetime, slug: str | None, kind: str) -> None:
    """Say that technician NUMBER is away from FIRST to LAST, both days included."""
    with command() as session:
        technician = _technician(session, number, slug)
        actions.add_absence(session, technician, first.date(), last.date(), AbsenceKind(kind))
        name = technician.name
    click.echo(f"{name} is away from {first:%Y-%m-%d} to {last:%Y-%m-%d} ({kind}).")


@staff_group.command("add")
@click.argument("email")
@click.option("--name", required=True, help="First and last name, as colleagues see it.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--technician", "number", help="The number of whose route this person drives.")
@ONE_BRANCH
@click.password_option(help="Asked for when left out, which is safer.")
def add_account(
    email: str, name: str, role: str, number: str | None, slug: str | None, password: str
) -> None:
    """Add an account for somebody who works here; a technician's needs --technician."""
    with command() as session:
        member = add_staff(
            session,
            email=email,
            name=name,
            role=Role(role),
            password=password,
            technician_id=_technician(session, number, slug).id if number else None,
        )
        record(
            session,
            actor=ACTOR,
            action="staff.add",
            subject=f"staff:{member.id}",
            now=clock.now(),
            detail={"role": role},
        )
    click.echo(f"{name} can sign in as {role}.")


def _technician(session: Session, number: str, slug: str | None) -> Technician:
    branch_id = branch_by_slug(session, slug).id if slug else None
    return technician_by_number(session, branch_id, number)
