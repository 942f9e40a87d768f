"""What must be true of the database at every moment, looked at in one read transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import by_day
from portal.database import db
from portal.messages.compose import Method
from portal.messages.models import OutboxMessage
from portal.planning.models import DayPlan, Opening, Stop
from portal.planning.queries import planned_day

CONFIRMED = AppointmentStatus.CONFIRMED


@contextmanager
def one_moment(app: Flask) -> Iterator[Session]:
    """Yield a session that sees the database as it is at one moment, whatever goes on."""
    with app.app_context():
        session = db.session()
        if db.engine.dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        try:
            yield session
        finally:
            session.rollback()


def faults(app: Flask) -> list[str]:
    """Return every sentence that is wrong at this moment; nothing when all is well."""
    with one_moment(app) as session:
        return [
            fault
            for look in (_openings, _appointments, _witnesses, _messages, _trails, _routes)
            for fault in look(session)
        ]


def lost(app: Flask, references: Iterable[str]) -> list[str]:
    """Return the acknowledged appointments that are not there, or not told exactly once (I5)."""
    with one_moment(app) as session:
        uids = dict(session.execute(sa.select(Appointment.reference, Appointment.uid)).all())
        told = Counter(
            session.scalars(
                sa.select(OutboxMessage.uid).where(
                    OutboxMessage.sequence == 0, OutboxMessage.method == "REQUEST"
                )
            )
        )
    return [
        f"{reference}: {'told ' + str(told[uids[reference]]) if reference in uids else 'missing'}"
        for reference in references
        if reference not in uids or told[uids[reference]] != 1
    ]


def _openings(session: Session) -> Iterator[str]:
    """I1 and I2: not more promises than places, and the counter is the count."""
    count = sa.select(Stop.opening_id, sa.func.count()).group_by(Stop.opening_id)
    counted = dict(session.execute(count).all())
    for one in session.scalars(sa.select(Opening)):
        stops = counted.get(one.id, 0)
        if stops > one.places:
            yield f"I1 opening {one.id}: {stops} promises for {one.places} places"
        if stops != one.taken:
            yield f"I2 opening {one.id}: counter {one.taken}, count {stops}"


def _appointments(session: Session) -> Iterator[str]:
    """I3: one live appointment and one booked stop per visit."""
    live = sa.select(Appointment.visit_id).where(Appointment.status == CONFIRMED)
    booked = sa.select(Stop.visit_id).where(Stop.held_until.is_(None))
    for what, rows in (("appointments", live), ("stops", booked)):
        for visit_id, number in Counter(session.scalars(rows)).items():
            if number > 1:
                yield f"I3 visit {visit_id}: {number} live {what}"


def _witnesses(session: Session) -> Iterator[str]:
    """I6: every live appointment is on one route at its own window, and every stop has one."""
    live = session.execute(
        sa.select(Appointment.visit_id, Appointment.date, Appointment.window_start).where(
            Appointment.status == CONFIRMED
        )
    )
    stops = session.execute(
        sa.select(Stop.visit_id, DayPlan.date, Stop.window_start)
        .join(Stop.day_plan)
        .where(Stop.held_until.is_(None))
    )
    for visit_id, day, start in set(live.all()) ^ set(stops.all()):
        yield f"I6 visit {visit_id}: appointment or stop alone on {day} {start}"


def _messages(session: Session) -> Iterator[str]:
    """I4 and I7: one message per change, and none of a change that is not there.

    An answer to a proposed time names the state that it leaves as it is: it tells no change. What
    was written by night and waits for the morning may be taken back by the next change.
    """
    by_night = _changed_by_night(session)
    changes = dict(session.execute(sa.select(Appointment.uid, Appointment.sequence)).all())
    told: dict[str, list[int]] = defaultdict(list)
    is_of_change = OutboxMessage.method.in_((Method.REQUEST.value, Method.CANCEL.value))
    rows = sa.select(OutboxMessage.uid, OutboxMessage.sequence).where(is_of_change)
    for uid, sequence in session.execute(rows):
        told[str(uid)].append(sequence or 0)
    for uid in set(told) - set(changes):
        yield f"I7 a message of an appointment that is not there: {uid}"
    for uid, sequence in changes.items():
        spared = by_night[uid] - {sequence, *told[uid]}
        if sorted([*told[uid], *spared]) != list(range(sequence + 1)):
            yield f"I4 {uid}: told {sorted(told[uid])} at sequence {sequence}"


def _changed_by_night(session: Session) -> defaultdict[str, set[int]]:
    """Return the sequences of the changes by night, by the UID of their appointment."""
    uids = dict(session.execute(sa.select(Appointment.id, Appointment.uid)).all())
    found: defaultdict[str, set[int]] = defaultdict(set)
    changes = sa.select(AuditEntry).where(AuditEntry.action.startswith("appointment."))
    for one in session.scalars(changes):
        if by_day(one.at) != one.at and "sequence" in one.detail:
            found[uids[one.detail["appointment"]]].add(one.detail["sequence"])
    return found


def _trails(session: Session) -> Iterator[str]:
    """No update is lost: an appointment's audit entries count from 0 and end at what it is."""
    trail: dict[int, list[dict[str, object]]] = defaultdict(list)
    for detail in session.scalars(
        sa.select(AuditEntry.detail)
        .where(AuditEntry.action.startswith("appointment."))
        .order_by(AuditEntry.id)
    ):
        trail[detail.get("appointment", 0)].append(detail)
    for one in session.scalars(sa.select(Appointment)):
        entries = [entry for entry in trail[one.id] if "sequence" in entry]
        if [entry["sequence"] for entry in entries] != list(range(one.sequence + 1)):
            yield f"lost update: appointment {one.id} at {one.sequence}, trail {entries}"
        elif entries[-1]["date"] != one.date.isoformat():
            yield f"lost update: appointment {one.id} on {one.date}, trail {entries[-1]}"


def _routes(session: Session) -> Iterator[str]:
    """Every promise of every day can be kept, and routes are numbered without gaps."""
    plans = session.execute(sa.select(DayPlan.branch_id, DayPlan.date).where(DayPlan.stops.any()))
    for branch_id, day in plans.all():
        planned = planned_day(session, branch_id, day)
        if planned is None or planned.stranded:
            yield f"routes of {day}: stranded"
            continue
        yield from (f"check {day}: {sentence}" for sentence in planned.violations)
        for route in planned.routes:
            positions = [stop.fact.position for stop in route.stops]
            if positions != list(range(len(positions))):
                yield f"routes of {day}: positions {positions}"
