"""What every command does alike: speak English, answer a refusal or faults with exit code 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.errors import Refusal
from portal.tabular import LARGEST_FILE, LineFault
from portal.texts import spoken_to

MOST_SHOWN = 200
BRANCH = click.option("--branch", "slug", required=True, help="The branch's short name.")
DAY = click.DateTime(["%Y-%m-%d", "%d-%m-%Y"])


class _OnlyTried(Exception):
    """Ends a dry run: what it wrote is taken back."""


@contextmanager
def command(dry_run: bool = False) -> Iterator[Session]:
    """Yield the session of one writing transaction; with `dry_run` it is taken back at the end.

    A refusal ends the command with its sentence and exit code 1, and nothing was changed.
    """
    with refusals_told():
        try:
            with transaction() as session:
                yield session
                if dry_run:
                    raise _OnlyTried
        except _OnlyTried:
            click.echo("Dry run: nothing was changed.")


@contextmanager
def refusals_told() -> Iterator[None]:
    """End the command with a refusal's sentence and exit code 1."""
    with spoken_to("en"):
        try:
            yield
        except Refusal as refusal:
            raise click.ClickException(refusal.sentence) from refusal


def refuse_faults(faults: Sequence[LineFault]) -> None:
    """End the command with the faults on standard error, if there are any."""
    if not faults:
        return
    for fault in faults[:MOST_SHOWN]:
        click.echo(str(fault), err=True)
    if len(faults) > MOST_SHOWN:
        click.echo(f"… and {len(faults) - MOST_SHOWN} more", err=True)
    raise click.ClickException(f"{len(faults)} faults; nothing was imported.")


def file_content(file: Path) -> bytes:
    """Return a file's bytes, one more than allowed if it is too large: the reader refuses it."""
    with file.open("rb") as source:
        return source.read(LARGEST_FILE + 1)
