"""Commands for what the clock lets happen: decide ticked windows, remind, estimate."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal import clock
from portal.booking.links import running_key
from portal.booking.models import Appointment
from portal.booking.references import sayable
from portal.booking.telling.estimating import Expected, due_estimates, estimate_due
from portal.booking.telling.reminding import due_reminders, remind_due
from portal.booking.ticking.deciding import SECONDS, Batch, by_branch, chosen_for, decide_due
from portal.booking.ticking.selecting import DueSelection, due_selections
from portal.database import db
from portal.planning.choosing import Choosing
from portal.site import current_site
from portal.terminal import refusals_told

group = AppGroup("booking", help="Decide ticked windows; tell customers of visits that come near.")


@group.command("decide")
@click.option(
    "--seconds",
    type=click.FloatRange(0, 600),
    default=SECONDS,
    show_default=True,
    help="Search time per branch.",
)
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--dry-run", is_flag=True, help="Say what all open selections would get now; confirm nothing."
)
def decide(seconds: float, seed: int, dry_run: bool) -> None:
    """Confirm one window for everybody whose moment has come, such that routes are short.

    The portal does so by itself every minute; this is for whoever wants to see it happen.
    """
    batch = Batch(clock.now(), current_site(), running_key(), seconds, seed)
    with refusals_told():
        if dry_run:
            _tell(batch)
            return
        done = decide_due(batch)
    click.echo(
        f"{len(done.as_chosen)} confirmed as chosen, {len(done.otherwise)} with another ticked"
        f" window, {len(done.broken)} could not be kept;"
        f" travel {_minutes(done.held_travel_s, done.travel_s)}"
    )


@group.command("remind")
@click.option("--dry-run", is_flag=True, help="Say who would be reminded now; send nothing.")
def remind(dry_run: bool) -> None:
    """Remind of visits that come near, each customer once.

    The portal does so by itself every five minutes.
    """
    if not dry_run:
        told, unreached = remind_due(clock.now(), current_site())
        click.echo(f"{told} reminded, {unreached} not reached")
        return
    due = due_reminders(db.session(), clock.now())
    for one in due:
        click.echo(_reminder_line(one))
    click.echo(f"{len(due)} would be reminded")


@group.command("estimate")
@click.option("--dry-run", is_flag=True, help="Say who would be told what; send nothing.")
def estimate(dry_run: bool) -> None:
    """Tell today's customers between which times we expect to come, each once.

    The portal does so by itself, from 07:00 for the first customers and from 08:00 for the others.
    """
    if not dry_run:
        told, not_told = estimate_due(clock.now(), current_site())
        click.echo(f"{told} told, {not_told} not told: nothing narrower, or no way to reach them")
        return
    due = due_estimates(db.session(), clock.now())
    for one in due:
        click.echo(_estimate_line(one))
    click.echo(f"{len(due)} have their turn")


def _reminder_line(one: Appointment) -> str:
    return f"{sayable(one.reference)}: {one.date:%a %Y-%m-%d} {one.window_start:%H:%M}"


def _estimate_line(one: Expected) -> str:
    promised = f"{one.window.start:%H:%M}-{one.window.end:%H:%M}"
    if one.estimate is None:
        return f"{sayable(one.reference)}: {promised}, nothing narrower"
    return (
        f"{sayable(one.reference)}: {promised}, {one.estimate.start:%H:%M}-{one.estimate.end:%H:%M}"
    )


def _tell(batch: Batch) -> None:
    for branch_id, due in by_branch(due_selections(db.session(), None)):
        chosen = chosen_for(branch_id, due, batch)
        for one in due:
            click.echo(_line(one, chosen))
        click.echo(f"travel {_minutes(chosen.held_travel_s, chosen.travel_s)}")
    click.echo("Dry run: nothing was changed.")


def _line(one: DueSelection, chosen: Choosing) -> str:
    opening_id = chosen.openings.get(one.ticked.visit_id)
    visit = f"visit {one.ticked.visit_id}"
    if opening_id is None:
        return f"{visit}: none of {len(one.ticked.windows)} ticked windows can be kept"
    window = one.ticked.windows[opening_id]
    return f"{visit}: {window.date} {window.start:%H:%M} of {len(one.ticked.windows)} ticked"


def _minutes(before_s: int, after_s: int) -> str:
    return f"{before_s // 60} -> {after_s // 60} min"
