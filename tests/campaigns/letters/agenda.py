"""Letters to test with: an agenda of many weeks, and customers who read paper."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.campaigns.actions import Sending
from portal.campaigns.letters.selecting import LetterSelection, select_letters
from portal.campaigns.letters.writing import WrittenLetters, write_letters
from portal.campaigns.models import Letter
from portal.customers.models import Channel, Visit
from portal.planning.models import HoldKind, Stop
from portal.site import Site
from tests.booking.agenda import NOW, make_agenda
from tests.factories import make_customer, make_visit, the_region

KEY = "t" * 48
LETTER_SITE = Site(
    "http://portal.example", "Warmhuis", "030 000 01 23", "post@warmhuis.example", "8-17",
    company_address="Antwoordnummer 0000, 3500 XX Utrecht",
)  # fmt: skip


def make_paper_agenda(session: Session, **values: Any) -> None:
    """Make nine weeks of day plans and openings: letters reach from day 30 to day 70."""
    make_agenda(session, **{"days": 45, "technicians": 2, "places": 4, **values})


def by_letter(session: Session, **customer: Any) -> Visit:
    """Return a due visit of somebody who wishes a letter."""
    owner = make_customer(session, **{"channel": Channel.LETTER, "email": None, **customer})
    return make_visit(session, customer=owner)


def selected(session: Session, wanted: int = 100, now: datetime = NOW) -> LetterSelection:
    return select_letters(session, the_region(session), wanted, now)


def written(session: Session, wanted: int = 100, now: datetime = NOW) -> WrittenLetters:
    """Return what was written to everybody who waits for a letter."""
    selection = selected(session, wanted, now)
    region_id = the_region(session).id
    session.rollback()
    return write_letters(region_id, selection, Sending(now, "staff:1", LETTER_SITE, KEY))


def the_letter(session: Session, visit: Visit) -> Letter:
    session.rollback()
    return session.scalars(
        sa.select(Letter).join(Letter.invitation).filter_by(visit_id=visit.id)
    ).one()


def letter_stops(session: Session) -> list[Stop]:
    session.rollback()
    return list(session.scalars(sa.select(Stop).where(Stop.hold_kind == HoldKind.LETTER)))


def days_after(day: date, number: int) -> date:
    return day + timedelta(days=number)
