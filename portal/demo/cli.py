"""Command that loads the demo."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal import clock
from portal.demo.load import load_demo
from portal.errors import Refusal
from portal.texts import spoken_to

group = AppGroup("demo", help="An invented branch to try everything with.")


@group.command("load")
def load() -> None:
    """Load the invented branch around Utrecht into an empty database."""
    with spoken_to("en"):
        try:
            summary = load_demo(clock.now())
        except Refusal as refusal:
            raise click.ClickException(refusal.sentence) from None
    click.echo(
        f"{summary.boilers} boilers, {summary.invited} people invited, {summary.booked} visits"
        f" planned, {summary.waiting_for_place} addresses wait for the desk"
    )
