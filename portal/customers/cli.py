"""Commands for customers, their boilers and the postcode table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from portal import clock
from portal.customers import actions, queries
from portal.customers.bulk import Tally
from portal.customers.errors import ImportRefused
from portal.customers.importing import customers_from_csv
from portal.customers.places import Place, places_from_geonames
from portal.progress import progress
from portal.regions.queries import branch_by_slug
from portal.tabular import MOST_FAULTS, LineFault
from portal.terminal import BRANCH, command, file_content, refuse_faults
from portal.texts import spoken_to

group = AppGroup("customers", help="Customers, boilers and where postcodes lie.")

FILE = click.argument(
    "file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)


@group.command("import")
@FILE
@BRANCH
@click.option("--dry-run", is_flag=True, help="Check and count everything; change nothing.")
def import_customers(file: Path, slug: str, dry_run: bool) -> None:
    """Import customers with their boilers from a CSV file; docs/import.md tells its columns.

    Either every line is imported or none: each fault is named with its line.
    """
    with progress("reading, then writing", 2) as advance:
        with spoken_to("en"):
            read = customers_from_csv(file_content(file))
        refuse_faults(read.faults)
        advance(1)
        with command(dry_run) as session:
            branch = branch_by_slug(session, slug)
            try:
                report = actions.import_customers(session, branch, read.rows, clock.now())
            except ImportRefused as refused:
                refuse_faults(refused.faults)
        advance(1)
    _show(report)


def _show(report: actions.ImportReport) -> None:
    tallies: dict[str, Tally] = {
        "customers": report.customers,
        "addresses": report.addresses,
        "boilers": report.boilers,
        "visits": report.visits,
    }
    for name, tally in tallies.items():
        click.echo(f"{name}: {tally.added} added, {tally.changed} changed")
    if report.waiting:
        click.echo(f"{report.waiting} visits wait for the desk: no coordinates or no region yet")
    if report.kept:
        click.echo(f"{report.kept} kept as they were: an appointment rests on them")


@group.command("load-postcodes")
@FILE
def load_postcodes(file: Path) -> None:
    """Load where postcodes lie, from a file in GeoNames' postal-code format (NL lines only)."""
    places: dict[str, Place] = {}
    faults: list[LineFault] = []
    size = file.stat().st_size
    with (
        spoken_to("en"),
        progress("reading", size) as advance,
        file.open(encoding="utf-8", errors="replace") as lines,
    ):
        for found in places_from_geonames(_counted(lines, advance)):
            if not isinstance(found, LineFault):
                places.setdefault(*found)
            elif len(faults) < MOST_FAULTS:
                faults.append(found)
    refuse_faults(faults)
    if not places:
        raise click.ClickException("There are no Dutch postcodes in this file.")
    with command() as session:
        actions.replace_postcode_places(session, places)
    click.echo(f"{len(places)} postcodes loaded")


def _counted(lines: Iterable[str], advance: Callable[[int], None]) -> Iterator[str]:
    for line in lines:
        advance(len(line))
        yield line


@group.command("place")
@BRANCH
def place(slug: str) -> None:
    """Look again for coordinates and region of the addresses that wait for them."""
    with command() as session:
        branch = branch_by_slug(session, slug)
        placed = actions.place_waiting_addresses(session, branch.id)
        waiting = queries.number_waiting_for_place(session, branch.id)
    click.echo(f"{placed} addresses placed; {waiting} visits still wait")
