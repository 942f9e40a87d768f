"""Commands for branches, regions and their days."""

from __future__ import annotations

from datetime import date, datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from portal import clock
from portal.regions import actions, holidays_nl, queries
from portal.regions.actions import Period
from portal.regions.models import Branch, DayKind, Region, SchoolZone
from portal.regions.postcodes import pc4_list
from portal.terminal import BRANCH, DAY, command

group = AppGroup("regions", help="Branches, regions, their postcodes and special days.")

ZONES = click.Choice([zone.value for zone in SchoolZone])


@group.command("add-branch")
@click.argument("slug")
@click.option("--name", required=True, help="As customers read it.")
@click.option("--lat", required=True, type=float, help="Degrees north.")
@click.option("--lon", required=True, type=float, help="Degrees east.")
def add_branch(slug: str, name: str, lat: float, lon: float) -> None:
    """Add a branch: an office with its technicians."""
    with command() as session:
        actions.add_branch(session, slug, name, lat, lon)
    click.echo(f"Branch {slug} was added.")


@group.command("add")
@click.argument("name")
@BRANCH
@click.option("--zone", required=True, type=ZONES, help="Whose school holidays hold here.")
@click.option("--postcodes", required=True, help="Four digits each; ranges too: 8261,8265-8269.")
def add(name: str, slug: str, zone: str, postcodes: str) -> None:
    """Add a region: postcodes for which windows are opened together."""
    with command() as session:
        branch = queries.branch_by_slug(session, slug)
        pc4s = pc4_list([postcodes])
        actions.add_region(session, branch, name, SchoolZone(zone), pc4s)
    click.echo(f"Region {name} was added with {len(pc4s)} postcodes.")


@group.command("list")
@click.option("--branch", "slug", help="Only this branch.")
def list_regions(slug: str | None) -> None:
    """List branches with their regions, and until when school holidays are known."""
    with command() as session:
        chosen = [queries.branch_by_slug(session, slug)] if slug else queries.branches(session)
        for branch in chosen:
            click.echo(f"{branch.slug}\t{branch.name}")
            for region in queries.regions_of_branch(session, branch.id):
                click.echo(f"  {_line(region)}")
    _warn_when_holidays_end(clock.local_date(clock.now()))


def _line(region: Region) -> str:
    count = len(region.postcodes)
    return f"{region.name}\t{region.school_zone.value}\t{count} postcodes"


def _warn_when_holidays_end(today: date) -> None:
    until = min(holidays_nl.known_until(zone) for zone in SchoolZone)
    if (until - today).days < 365:
        click.echo(
            f"School holidays are known until {until}. Install a newer version of the package"
            " `holidays`, or enter them with `regions override`.",
            err=True,
        )


@group.command("postcodes")
@click.argument("region")
@click.argument("pc4", nargs=-1)
@BRANCH
@click.option("--remove", is_flag=True, help="Take them away instead of adding them.")
def postcodes(region: str, pc4: tuple[str, ...], slug: str, remove: bool) -> None:
    """Add postcodes to a region or take them away; without any, show which it has."""
    with command() as session:
        branch = queries.branch_by_slug(session, slug)
        found = queries.region_by_name(session, branch.id, region)
        change = actions.remove_postcodes if remove else actions.add_postcodes
        changed = change(session, found, pc4_list(pc4))
        known = sorted(one.pc4 for one in found.postcodes)
    if pc4:
        click.echo(f"{changed} postcodes {'removed' if remove else 'added'}.")
    click.echo(" ".join(known))


@group.command("override")
@click.argument("first", type=DAY)
@click.argument("last", type=DAY, required=False)
@BRANCH
@click.option("--kind", type=click.Choice([kind.value for kind in DayKind]))
@click.option("--reason", default="", help="Why; colleagues read it.")
@click.option("--region", help="Only for this region; else for the whole branch.")
@click.option("--withdraw", is_flag=True, help="Forget what was said about these days.")
def override(
    first: datetime,
    last: datetime | None,
    slug: str,
    kind: str | None,
    reason: str,
    region: str | None,
    withdraw: bool,
) -> None:
    """Say what days FIRST to LAST are, whatever the calendar has: closed, a workday, …"""
    if (kind is None) == (not withdraw):
        raise click.UsageError("Give either --kind or --withdraw.")
    period = Period(first.date(), (last or first).date())
    with command() as session:
        branch = queries.branch_by_slug(session, slug)
        place = _region(session, branch, region)
        if kind is None:
            count = actions.withdraw_overrides(session, branch, period, region=place)
        else:
            count = actions.override_days(session, branch, period, DayKind(kind), reason, place)
    click.echo(f"{count} days {'are as the calendar has them' if withdraw else f'are {kind}'}.")


def _region(session: Session, branch: Branch, name: str | None) -> Region | None:
    return queries.region_by_name(session, branch.id, name) if name else None
