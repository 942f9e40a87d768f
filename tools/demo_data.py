"""Whether the database holds the demo, how old it is, and throwing it away, but never real data."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from portal import clock
from portal.database import Base, db, transaction
from portal.demo.addresses import demo_addresses
from portal.demo.branch import is_demo_only
from portal.demo.load import load_demo
from portal.regions.models import Branch
from portal.settings import Settings

GROWS_OLD = timedelta(weeks=3)  # by then the first demo weeks are over


class NotDemoData(Exception):
    """The database holds something else than the demo; the message says so."""


def load_when_empty(settings: Settings) -> str:
    """Load the demo into an empty database; return a sentence about what is there now."""
    if db.session.scalar(sa.select(sa.func.count(Branch.id))):
        if _loaded_file(settings).exists() or not is_demo_only(db.session()):
            return _kept(settings)
        print("The demo was not loaded to its end: starting it anew.", flush=True)
        _delete_every_row()
    started = time.monotonic()
    print("Loading an invented branch around Utrecht ...", flush=True)
    try:
        summary = load_demo(clock.now())
    except BaseException:
        _delete_every_row()  # half a demo would be taken for a whole one at the next start
        raise
    _loaded_file(settings).write_text(clock.now().isoformat())
    return (
        f"Demo loaded in {time.monotonic() - started:.0f} seconds: {summary.boilers} boilers,"
        f" {summary.invited} invitations, {summary.booked} appointments."
    )


def throw_away(settings: Settings) -> None:
    """Delete every row of a demo database; raises NotDemoData for any other that is not empty."""
    is_empty = db.session.scalar(sa.select(sa.func.count(Branch.id))) == 0
    if not is_empty and not is_demo_only(db.session()):
        raise NotDemoData(
            f"The database {_name_of(settings)} holds other branches than the demo's: nothing was"
            " thrown away. For another database set DATABASE_URL or TIJDVENSTER_DATA_DIR."
        )
    _delete_every_row()
    _loaded_file(settings).unlink(missing_ok=True)


def where_to_look(address: str) -> list[str]:
    """Return lines with the addresses to open as customer, desk, planner and technician."""
    if not is_demo_only(db.session()):
        return [f"  the portal  {address}/", f"  staff       {address}/staff/"]
    places = demo_addresses(address, clock.now())
    width = max(len(label) for label, _ in places)
    return [f"  {label.ljust(width)}  {url}" for label, url in places]


def _delete_every_row() -> None:
    db.session.rollback()
    with transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(sa.delete(table))


def _kept(settings: Settings) -> str:
    try:
        loaded_at = datetime.fromisoformat(_loaded_file(settings).read_text())
    except (OSError, ValueError):
        return "The database holds data already: they are kept."
    when = f"{loaded_at.day} {loaded_at:%B %Y}"
    if clock.now() - loaded_at > GROWS_OLD:
        return f"The demo data are from {when} and grow old: `make demo` makes them new."
    return f"The demo data of {when} are kept."


def _loaded_file(settings: Settings) -> Path:
    return settings.data_dir / "demo-loaded-at"


def _name_of(settings: Settings) -> str:
    return sa.make_url(settings.database).render_as_string(hide_password=True)
