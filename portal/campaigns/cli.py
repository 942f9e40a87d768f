"""Commands for invitations."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal import clock
from portal.booking.links import running_key
from portal.campaigns.actions import Selection, Sending, SentWave, select, send_wave
from portal.campaigns.letters.cli import group as letters
from portal.campaigns.reminding import BY, remind_silent, whom_to_remind
from portal.database import db
from portal.progress import progress
from portal.regions.queries import regions_named
from portal.site import current_site
from portal.terminal import refusals_told

group = AppGroup("campaigns", help="Invite customers whose boiler is due.")
group.add_command(letters)


@group.command("send")
@click.option("--branch", required=True, help="The branch's short name.")
@click.option("--region", "region_name", help="Only this region.")
@click.option(
    "--size",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="At most so many per region.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen; send nothing.")
def send(branch: str, region_name: str | None, size: int, dry_run: bool) -> None:
    """Invite the customers who are due, region by region, as far as there is room.

    Nobody is invited in the school holiday of their region, nor without enough free windows.
    """
    with refusals_told():
        for region in regions_named(db.session(), branch, region_name):
            selection = select(db.session(), region, size, clock.now())
            name, region_id = region.name, region.id
            sent = None if dry_run else _send(region_id, name, selection)
            click.echo(_line(name, selection, sent))


@group.command("remind")
@click.option("--dry-run", is_flag=True, help="Say who would be reminded now; send nothing.")
def remind(dry_run: bool) -> None:
    """Remind, once, those who did not answer their invitation and whose hour it is now.

    The portal does so by itself every hour. Nobody is reminded in the school holiday of their
    region, nor in the last days before the deadline, nor without enough free windows.
    """
    with refusals_told():
        if dry_run:
            found = whom_to_remind(db.session(), clock.now())
            told, verb = len(found.chosen), "would be reminded"
            without_choice = found.without_choice
        else:
            sending = Sending(clock.now(), BY, current_site(), running_key())
            told, without_choice = remind_silent(sending)
            verb = "reminded"
    click.echo(f"{told} {verb}, {without_choice} without enough windows")


def _send(region_id: int, name: str, selection: Selection) -> SentWave:
    sending = Sending(clock.now(), "command", current_site(), running_key())
    with progress(name, len(selection.chosen)) as advance:
        return send_wave(region_id, selection, sending, advance)


def _line(name: str, selection: Selection, sent: SentWave | None) -> str:
    """Return what happened in a region, or (nothing sent) what would happen."""
    if selection.deadline_on is None:
        return f"{name}: school holiday, nobody is invited"
    if sent is None:
        invited, skipped = f"{len(selection.chosen)} would be invited", ""
    else:
        invited = f"{len(sent.visit_ids)} invited"
        skipped = f", {sent.skipped} skipped: no longer needed" if sent.skipped else ""
    return (
        f"{name}: {invited}, answer by {selection.deadline_on}{skipped}; room for {selection.room},"
        f" {selection.without_choice} without enough windows, {selection.by_letter} need a letter"
    )
