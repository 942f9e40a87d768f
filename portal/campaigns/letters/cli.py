"""Commands for letters: write a batch, draw its files, say that it was posted, take it back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from portal import clock
from portal.booking.circumstances import Circumstances
from portal.booking.links import running_key
from portal.campaigns.actions import Sending
from portal.campaigns.letters.batches import mark_posted, withdraw_batch
from portal.campaigns.letters.files import read_batch
from portal.campaigns.letters.selecting import LetterSelection, select_letters
from portal.campaigns.letters.writing import WrittenLetters, write_letters
from portal.clock import local_date
from portal.database import db, transaction
from portal.progress import progress
from portal.regions.queries import regions_named
from portal.site import current_site
from portal.terminal import BRANCH, DAY, refusals_told

group = AppGroup("letters", help="Invite on paper the customers who are not reached by mail.")


@group.command("write")
@BRANCH
@click.option("--region", "region_name", help="Only this region.")
@click.option(
    "--size",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="At most so many per region.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; hold and write nothing.")
def write(slug: str, region_name: str | None, size: int, dry_run: bool) -> None:
    """Hold three windows for each customer who is to get a letter, and make one batch of them.

    Nobody is written to in the school holiday of their region, nor without three free windows.
    """
    with refusals_told():
        batch_id = None
        for region in regions_named(db.session(), slug, region_name):
            selection = select_letters(db.session(), region, size, clock.now())
            name, region_id = region.name, region.id
            written = None if dry_run else _write(region_id, name, selection, batch_id)
            batch_id = written.batch_id if written else batch_id
            click.echo(_line(name, selection, written))
        click.echo(f"Batch {batch_id}." if batch_id else "No batch was made.")


@group.command("draw")
@click.argument("batch_id", metavar="BATCH", type=click.IntRange(1, 2**31 - 1))
@click.option(
    "--folder",
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    default=".",
    help="Where the two files are written.",
)
def draw(batch_id: int, folder: Path) -> None:
    """Write the letters of a batch as one PDF, and the list for the print house as CSV."""
    with refusals_told():
        batch = read_batch(db.session(), batch_id, current_site(), running_key())
        files = {f"letters-{batch_id}.csv": batch.csv, f"letters-{batch_id}.pdf": batch.pdf()}
    for name, content in files.items():
        (folder / name).write_bytes(content)
        click.echo(f"{folder / name}: {len(batch.pages)} letters, {len(content) // 1024} kB")


@group.command("posted")
@click.argument("batch_id", metavar="BATCH", type=click.IntRange(1, 2**31 - 1))
@click.option("--on", "day", type=DAY, help="The day on which it went; today when not given.")
def posted(batch_id: int, day: datetime | None) -> None:
    """Say that a batch went to the post. It can no longer be withdrawn then."""
    with refusals_told():
        on = day.date() if day else local_date(clock.now())
        with transaction() as session:
            mark_posted(session, batch_id, on, _by_command())
        click.echo(f"Batch {batch_id} was posted on {on}.")


@group.command("withdraw")
@click.argument("batch_id", metavar="BATCH", type=click.IntRange(1, 2**31 - 1))
def withdraw(batch_id: int) -> None:
    """Take back a batch that was not posted: its windows are free, its customers to be invited."""
    with refusals_told():
        freed = withdraw_batch(batch_id, _by_command())
        click.echo(f"Batch {batch_id} was withdrawn; {freed} windows are free again.")


def _by_command() -> Circumstances:
    return Circumstances(clock.now(), "command", current_site())


def _write(
    region_id: int, name: str, selection: LetterSelection, batch_id: int | None
) -> WrittenLetters:
    sending = Sending(clock.now(), "command", current_site(), running_key())
    with progress(name, len(selection.chosen)) as advance:
        return write_letters(region_id, selection, sending, batch_id, advance)


def _line(name: str, selection: LetterSelection, written: WrittenLetters | None) -> str:
    """Return what happened in a region, or (nothing written) what would happen."""
    if selection.dates is None:
        return f"{name}: the letters would arrive in a school holiday, nobody is written to"
    done = f"{len(selection.chosen)} letters would be written"
    if written is not None:
        done = f"{written.letters} letters written, {written.skipped} no longer needed"
    dates = selection.dates
    return (
        f"{name}: {done}; {selection.due} are to get one, room for {selection.room},"
        f" {selection.without_choice} without three windows; post on {dates.post_on},"
        f" held until {dates.deadline_on}"
    )
