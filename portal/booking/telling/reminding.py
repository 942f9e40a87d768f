"""Remind of visits that come near: a round that finds whose moment it is, and tells each once.

The round reads the appointments of at most four dates, by the index on their date, in one query;
each reminder is a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus, TellingKind
from portal.booking.notices.reminders import reminded
from portal.booking.telling.once import had_its_turn, locked_appointment, takes_turn
from portal.booking.telling.reminder import (
    USUAL_HOUR,
    begin_of,
    dates_to_remind,
    is_reminded,
    reminder_on,
)
from portal.clock import AMSTERDAM, local_date
from portal.customers.hours import HOURS
from portal.customers.models import Address, Boiler, Customer, Visit
from portal.database import db, transaction
from portal.rounds import one_by_one
from portal.site import Site

MOST = 500  # in one round: the next comes in minutes


def remind_due(now: datetime, site: Site) -> tuple[int, int]:
    """Remind everybody whose moment has come; return how many had a message, and how many cannot.

    Begins with a rollback of the session.
    """
    ids = [one.id for one in due_reminders(db.session(), now)]
    db.session.rollback()
    told = one_by_one(ids, lambda appointment_id: _reminded(appointment_id, now, site))
    return told.count(True), told.count(False)


def due_reminders(session: Session, now: datetime) -> Sequence[Appointment]:
    """Return the appointments of which somebody is to be reminded now, soonest first."""
    turns = [_turn(day, now) for day in dates_to_remind(now)]
    if not turns:
        return []
    found = session.scalars(
        sa.select(Appointment)
        .join(Appointment.visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(
            Appointment.status == AppointmentStatus.CONFIRMED,
            sa.or_(*turns),
            ~had_its_turn(TellingKind.REMINDER),
        )
        .order_by(Appointment.date, Appointment.id)
        .limit(MOST)
    )
    return found.all()


def _turn(day: date, now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition of `is_reminded` for the appointments of one date."""
    told_on = reminder_on(day)
    of_day = sa.and_(Appointment.date == day, Appointment.changed_at < begin_of(told_on))
    if told_on < local_date(now):
        return of_day
    clock = now.astimezone(AMSTERDAM).time()
    if clock < HOURS[0]:
        return sa.false()
    hour = sa.func.coalesce(Customer.message_hour, USUAL_HOUR)
    return of_day if clock >= HOURS[-1] else sa.and_(of_day, hour <= clock)


def _reminded(appointment_id: int, now: datetime, site: Site) -> bool | None:
    """Return whether a message went out; None when it is no longer, or not yet, the moment."""
    with transaction() as session:
        appointment = locked_appointment(session, appointment_id)
        if appointment is None or not _is_moment(appointment, now):
            return None
        if not takes_turn(session, appointment, TellingKind.REMINDER, now):
            return None
        return reminded(session, appointment, now, site=site) is not None


def _is_moment(appointment: Appointment, now: datetime) -> bool:
    hour = appointment.visit.customer.message_hour
    return is_reminded(appointment.date, hour, appointment.changed_at, now)
