"""Commands for technicians."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.regions.queries import branch_by_slug
from portal.technicians import actions
from portal.technicians.importing import technicians_from_csv
from portal.technicians.models import AbsenceKind
from portal.technicians.queries import technician_by_number
from portal.terminal import command, file_content, refuse_faults
from portal.texts import spoken_to

group = AppGroup("technicians", help="Technicians, their shifts, skills and absences.")

BRANCH = click.option("--branch", "slug", required=True, help="The branch's short name.")
DAY = click.DateTime(["%Y-%m-%d", "%d-%m-%Y"])


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
@click.option("--branch", "slug", help="Needed when branches use the same numbers.")
@click.option("--kind", type=click.Choice([kind.value for kind in AbsenceKind]), default="leave")
def absent(number: str, first: datetime, last: datetime, slug: str | None, kind: str) -> None:
    """Say that technician NUMBER is away from FIRST to LAST, both days included."""
    with command() as session:
        branch_id = branch_by_slug(session, slug).id if slug else None
        technician = technician_by_number(session, branch_id, number)
        actions.add_absence(session, technician, first.date(), last.date(), AbsenceKind(kind))
        name = technician.name
    click.echo(f"{name} is away from {first:%Y-%m-%d} to {last:%Y-%m-%d} ({kind}).")
