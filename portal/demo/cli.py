"""Command that loads the demo."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from portal import clock
from portal.demo.load import BOILERS, load_demo
from portal.terminal import refusals_told

group = AppGroup("demo", help="An invented branch to try everything with.")


@group.command("load")
@click.option(
    "--boilers",
    default=BOILERS,
    show_default=True,
    type=click.IntRange(20, 2000),
    help="About how many boilers.",
)
@click.option(
    "--solve-seconds",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 60),
    help="Search time for each of the nearest days; 0 leaves the routes as they were booked.",
)
def load(boilers: int, solve_seconds: float) -> None:  # fmt: skip
    """Load the invented branch around Utrecht into an empty database."""
    with refusals_told():
        summary = load_demo(clock.now(), boilers, solve_seconds)
    click.echo(
        f"{summary.boilers} boilers, {summary.invited} people invited, {summary.booked} visits"
        f" planned, {summary.waiting_for_place} addresses wait for the desk"
    )
