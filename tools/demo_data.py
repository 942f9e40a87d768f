"""Whether the database holds the demo, how old it is, and throwing it away, but never real data."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from portal import clock
from portal.database import Base, db, transaction
from portal.regions.models import Branch
from portal.settings import Settings

GROWS_OLD = timedelta(weeks=3)  # by then the first demo weeks are over


class NotDemoData(Exception):
    """The database holds something else than the demo; the message says so."""


@dataclass(frozen=True)
class Marker:
    """What is remembered of loading the demo: into which database, when, which branches."""

    database: str
    loaded_at: str
    branches: list[str]


def load_when_empty(settings: Settings) -> str:
    """Load the demo into an empty database; return a sentence about what is there now."""
    if _branches():
        return _kept(settings)
    from portal.demo.load import load_demo

    started = time.monotonic()
    print("Loading an invented branch around Utrecht ...", flush=True)
    load_demo(clock.now())
    marker = Marker(_name_of(settings), clock.now().isoformat(), _branches())
    _marker_file(settings).write_text(json.dumps(asdict(marker), indent=1))
    return f"Demo data loaded in {time.monotonic() - started:.0f} seconds."


def throw_away(settings: Settings) -> None:
    """Delete every row of a demo database; raises NotDemoData for any other that is not empty."""
    branches = _branches()
    marker = _marker(settings)
    known = marker is not None and marker.database == _name_of(settings)
    if branches and not (known and marker is not None and branches == marker.branches):
        raise NotDemoData(
            f"The database {_name_of(settings)} holds other branches than the demo's: nothing was"
            " thrown away. For another database set DATABASE_URL or TIJDVENSTER_DATA_DIR."
        )
    with transaction() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(sa.delete(table))
    _marker_file(settings).unlink(missing_ok=True)


def where_to_look(address: str) -> list[str]:
    """Return lines with the addresses to open as customer, desk, planner and technician."""
    from portal.demo.addresses import demo_addresses

    places = demo_addresses(address)
    width = max(len(label) for label, _ in places)
    return [f"  {label.ljust(width)}  {url}" for label, url in places]


def _kept(settings: Settings) -> str:
    marker = _marker(settings)
    if marker is None or marker.database != _name_of(settings):
        return "The database holds data already: they are kept."
    loaded_at = datetime.fromisoformat(marker.loaded_at)
    when = f"{loaded_at:%-d %B %Y}"
    if clock.now() - loaded_at > GROWS_OLD:
        return f"The demo data are from {when} and grow old: `make demo` makes them new."
    return f"The demo data of {when} are kept."


def _branches() -> list[str]:
    return list(db.session.scalars(sa.select(Branch.slug).order_by(Branch.slug)).all())


def _marker(settings: Settings) -> Marker | None:
    try:
        return Marker(**json.loads(_marker_file(settings).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _marker_file(settings: Settings) -> Path:
    return settings.data_dir / "demo.json"


def _name_of(settings: Settings) -> str:
    return sa.make_url(settings.database).render_as_string(hide_password=True)
