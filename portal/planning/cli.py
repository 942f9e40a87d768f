"""Commands for openings and routes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import click
from flask.cli import AppGroup

from portal import clock
from portal.database import db
from portal.planning.models import DayPlan
from portal.planning.openings import open_windows
from portal.planning.policy import first_choosable_on
from portal.planning.queries import days_with_stops, faults_of, unsolved_days
from portal.planning.solving import SolvedDay, solve_apart_for, solve_day
from portal.progress import progress
from portal.regions.queries import branch_by_slug
from portal.terminal import command, refusals_told

group = AppGroup("planning", help="Open windows and improve routes.")


@group.command("open-windows")
@click.option("--branch", required=True, help="The branch's short name.")
@click.option(
    "--weeks",
    type=click.IntRange(1, 26),
    default=8,
    show_default=True,
    help="How many weeks ahead.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be opened; open nothing.")
def open_windows_command(branch: str, weeks: int, dry_run: bool) -> None:
    """Open windows region by region for the coming weeks; places already opened only rise."""
    now = clock.now()
    last_on = clock.local_date(now) + timedelta(weeks=weeks)
    with command(dry_run) as session:
        found = branch_by_slug(session, branch)
        report = open_windows(session, found, first_choosable_on(now), last_on, opened_by="command")
    said = "would be" if dry_run else "were"
    click.echo(
        f"{report.opened} windows {said} opened and {report.raised} widened until {last_on}; "
        f"{report.places} places in all"
    )


@group.command("solve")
@click.option("--branch", required=True, help="The branch's short name.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Only this date.")
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 3600),
    default=5.0,
    show_default=True,
    help="Search time per day.",
)
@click.option("--seed", default=0, show_default=True)
def solve(branch: str, day: datetime | None, seconds: float, seed: int) -> None:
    """Improve the routes of every coming day that changed since it was last solved.

    No promised window moves and no customer is told anything: only the routes get shorter.
    """
    with refusals_told():
        branch_id = branch_by_slug(db.session(), branch).id
    today = clock.local_date(clock.now())
    plan_ids = _plans(branch_id, day.date() if day else None, today)
    solver = solve_apart_for(seconds, seed)
    solved = []
    with progress("days", len(plan_ids)) as advance:
        for plan_id in plan_ids:
            solved.append(solve_day(plan_id, solver, clock.now()))
            advance(1)
    for one in solved:
        click.echo(_line(one))
    if any(one.violations for one in solved):
        raise click.ClickException("some days could not be solved without breaking a promise")


@group.command("check")
@click.option("--branch", required=True, help="The branch's short name.")
def check(branch: str) -> None:
    """Look whether every promise of every coming day can still be kept.

    Worth doing after technicians' shifts were changed, or after an update that reckons with other
    travel times: `planning solve` then rescues what it can.
    """
    with refusals_told():
        branch_id = branch_by_slug(db.session(), branch).id
    today = clock.local_date(clock.now())
    days = [
        plan.date for plan in days_with_stops(db.session(), today) if plan.branch_id == branch_id
    ]
    troubled = 0
    for day in days:
        faults = faults_of(db.session(), branch_id, day)
        troubled += bool(faults)
        for fault in faults:
            click.echo(f"{day}: {fault}")
    if troubled:
        raise click.ClickException(f"{troubled} of {len(days)} days need care")
    click.echo(f"{len(days)} days with visits; every promise can be kept")


def _plans(branch_id: int, day: date | None, today: date) -> Sequence[int]:
    plans = unsolved_days(db.session(), day or today)
    return [plan.id for plan in plans if _wanted(plan, branch_id, day)]


def _wanted(plan: DayPlan, branch_id: int, day: date | None) -> bool:
    return plan.branch_id == branch_id and day in (None, plan.date)


def _line(solved: SolvedDay) -> str:
    if solved.violations:
        return f"{solved.date}: left as it was ({'; '.join(solved.violations)})"
    bound = f", at least {solved.bound_s // 60}" if solved.bound_s is not None else ""
    said = "" if solved.published else " (not published: the day kept changing)"
    return (
        f"{solved.date}: {solved.stops} visits, travel {solved.before_s // 60} -> "
        f"{solved.after_s // 60} min{bound}{said}"
    )
