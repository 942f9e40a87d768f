"""An agenda to book in: two technicians, three weeks of day plans, every standard window open."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from portal.booking.circumstances import Choice, Circumstances
from portal.booking.forms import new_key
from portal.clock import AMSTERDAM
from portal.planning.models import Opening
from portal.planning.windows import STANDARD_WINDOWS
from portal.site import Site
from tests.factories import make_day_plan, make_opening, make_technician

NOW = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)
FIRST = date(2027, 3, 8)
SITE = Site("http://portal.example", "Warmhuis", "030 000 01 23", "post@warmhuis.example", "8-17")


def make_agenda(session: Session, *, days: int = 10, technicians: int = 2, places: int = 4) -> None:
    """Make technicians, and day plans with openings on the workdays from Monday 8 March 2027."""
    for _ in range(technicians):
        make_technician(session)
    workdays = [day for n in range(days * 2) if (day := FIRST + timedelta(days=n)).weekday() < 5]
    for day in workdays[:days]:
        make_day_plan(session, day)
        for start, end in STANDARD_WINDOWS:
            make_opening(session, day, window_start=start, window_end=end, places=places)


def opening_at(session: Session, day: date, start: time) -> Opening:
    """Return the opening of a date that begins at a time."""
    return session.query(Opening).filter_by(date=day, window_start=start).one()


def choice_of(opening: Opening, key: str = "") -> Choice:
    """Return the choice of an opening, with a fresh key unless one is given."""
    return Choice(opening.id, key or new_key())


def circumstances(now: datetime = NOW, by: str = "customer") -> Circumstances:
    """Return when, by whom and in whose name a test does something."""
    return Circumstances(now, by, SITE)
