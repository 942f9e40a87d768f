"""What the page of a day shows of the taps: what is behind, what may be tapped, what taken back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import midnight
from portal.fieldwork.models import LateWarning, Tap
from portal.fieldwork.progress import Expected, expectations, taps_of_day
from portal.fieldwork.steps import ENDS, Step, may_follow, may_undo
from portal.messages.models import OutboxMessage, Stage
from portal.planning.models import DayPlan
from portal.planning.queries import PlannedStop


@dataclass(frozen=True, slots=True)
class DayOfTaps:
    """The last tap at each visit of a technician's day, and what the clock says of the rest.

    `open_visits` have an appointment that stands; `warned` were told that we come later, by visit,
    with the expected begin that was told last; `undoable` is the tap that may be taken back.
    """

    last: dict[int, Tap]
    open_visits: Collection[int]
    expected: dict[int, Expected]
    warned: dict[int, datetime]
    undoable: Tap | None
    is_live: bool

    @property
    def ended(self) -> tuple[Tap, ...]:
        """What came to an end, in order of time."""
        return tuple(tap for tap in self.last.values() if tap.step in ENDS)

    @property
    def ended_visits(self) -> frozenset[int]:
        """The visits that came to an end."""
        return frozenset(visit_id for visit_id, tap in self.last.items() if tap.step in ENDS)

    @property
    def at_hand(self) -> int | None:
        """The visit that was set off for or started, or None."""
        begun = [visit_id for visit_id, tap in self.last.items() if tap.step not in ENDS]
        return begun[-1] if begun else None

    def step_at(self, visit_id: int) -> Step | None:
        """Return what was tapped last at a visit, or None."""
        tap = self.last.get(visit_id)
        return tap.step if tap else None

    def untapped(self, stops: Sequence[PlannedStop]) -> tuple[PlannedStop, ...]:
        """Return the stops at which nothing was tapped: of a day on which nobody did."""
        return tuple(stop for stop in stops if stop.fact.visit_id not in self.last)

    def may_tap(self, visit_id: int) -> tuple[Step, ...]:
        """Return what may be tapped at a visit now, the likeliest first."""
        if not self.is_live or visit_id not in self.open_visits:
            return ()
        return may_follow(self.step_at(visit_id))


def day_of_taps(
    session: Session,
    technician_id: int,
    plan: DayPlan | None,
    day: date,
    now: datetime,
    *,
    is_own: bool,
) -> DayOfTaps:
    """Return what was tapped on a technician's day; buttons are for the technician, on the day."""
    taps = taps_of_day(session, technician_id, day)
    left = expectations(session, technician_id, plan, now) if plan and taps else ()
    last: dict[int, Tap] = {}
    for tap in taps:
        last.pop(tap.appointment.visit_id, None)  # what was tapped last stands last
        last[tap.appointment.visit_id] = tap
    return DayOfTaps(
        last=last,
        open_visits=_open_visits(session, day),
        expected={one.appointment.visit_id: one for one in left},
        warned=_warned(session, day),
        undoable=_undoable(session, taps, now) if is_own else None,
        is_live=is_own,
    )


def _undoable(session: Session, taps: Sequence[Tap], now: datetime) -> Tap | None:
    """Return the last tap if it may still be taken back: its message has not been touched."""
    if not taps or not may_undo(taps[-1].step, taps[-1].received_at, now):
        return None
    if taps[-1].message_id is None:
        return taps[-1]
    message = session.get(OutboxMessage, taps[-1].message_id)
    is_untouched = message is None or (message.stage is Stage.QUEUED and message.tries == 0)
    return taps[-1] if is_untouched else None


def _open_visits(session: Session, day: date) -> frozenset[int]:
    wanted = sa.select(Appointment.visit_id).where(
        Appointment.date == day, Appointment.status == AppointmentStatus.CONFIRMED
    )
    return frozenset(session.scalars(wanted))


def _warned(session: Session, day: date) -> dict[int, datetime]:
    rows = session.execute(
        sa.select(Appointment.visit_id, sa.func.max(LateWarning.expected_at).label("told"))
        .join(LateWarning, LateWarning.appointment_id == Appointment.id)
        .where(Appointment.date == day, LateWarning.warned_at >= midnight(day))
        .group_by(Appointment.visit_id)
    )
    return {row.visit_id: row.told for row in rows}
