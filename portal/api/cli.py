"""Commands about the keys with which programs ask the API."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from portal import clock
from portal.access import keys
from portal.access.cli import ACTOR
from portal.clock import AMSTERDAM
from portal.regions.queries import branch_by_slug, branches
from portal.terminal import command

group = AppGroup("api-keys", help="Keys with which programs of the company ask the API.")


@group.command("add")
@click.argument("name")
@click.option("--branch", "slug", help="The only branch whose customers the key opens.")
@click.option("--all-branches", is_flag=True, help="The key opens the customers of every branch.")
def add(name: str, slug: str | None, all_branches: bool) -> None:
    """Make a key for the program NAME and show it, this once."""
    if (slug is None) == (not all_branches):
        raise click.UsageError("Give either --branch or --all-branches.")
    with command() as session:
        branch_id = branch_by_slug(session, slug).id if slug else None
        key, secret = keys.make_key(session, name, branch_id, clock.now(), actor=ACTOR)
        number = key.id
    click.echo(f"Key {number} was made. It is shown only now; we keep no more than a hash of it.")
    click.echo(secret)


@group.command("list")
def list_keys() -> None:
    """List all keys: number, name, branch, when made, when last used, when revoked."""
    with command() as session:
        slugs = {branch.id: branch.slug for branch in branches(session)}
        for key in keys.all_keys(session):
            place = slugs[key.branch_id] if key.branch_id is not None else "all branches"
            state = f"revoked {_said(key.revoked_at)}" if key.revoked_at else "live"
            used = f"used {_said(key.last_used_at)}" if key.last_used_at else "never used"
            line = (str(key.id), key.name, place, f"made {_said(key.made_at)}", used, state)
            click.echo("\t".join(line))


@group.command("revoke")
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
def revoke(number: int) -> None:
    """Let key NUMBER open nothing any more, from its next request on."""
    with command() as session:
        name = keys.revoke_key(session, number, clock.now(), actor=ACTOR).name
    click.echo(f"Key {number} of {name} opens nothing any more.")


def _said(moment: datetime) -> str:
    return moment.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M")
