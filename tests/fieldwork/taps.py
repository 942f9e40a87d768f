"""A promised day to tap on: appointments that stand on a route, and presses at clock times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from itertools import count
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.circumstances import Circumstances
from portal.booking.models import Appointment
from portal.booking.references import check_letter
from portal.clock import AMSTERDAM
from portal.customers.models import Visit
from portal.database import transaction
from portal.fieldwork import actions
from portal.fieldwork.actions import WorkDone
from portal.fieldwork.models import Tap
from portal.fieldwork.steps import Step
from portal.fieldwork.touch import Touch
from portal.fieldwork.work import Unfinished, Work
from portal.messages.models import OutboxMessage, Stage
from portal.planning.models import Stop
from portal.planning.windows import STANDARD_WINDOWS
from portal.site import Site
from tests.console.days import promise
from tests.factories import MONDAY_NOON, NEXT_MONDAY, keep

SITE = Site(
    base_url="https://afspraak.warmhuis.example",
    company_name="Warmhuis Onderhoud",
    company_phone="030 000 01 23",
    company_email="afspraak@warmhuis.example",
    company_hours="08:00-17:30",
)
KEY = "a signing key for tests"
DONE = WorkDone(date(2027, 3, 8), (Work.CLEANED, Work.MEASURED), "", date(2028, 3, 8))
_numbers = count(1)


def promised(session: Session, start: time = time(8), **customer: Any) -> Appointment:
    """Return an appointment of next Monday on a route, in the window that starts then."""
    visit = promise(session, start, **customer)
    number = 200_000 + next(_numbers)
    return keep(
        session,
        Appointment(
            visit=visit,
            reference=f"{number}{check_letter(str(number))}",
            uid=f"field-{number}@warmhuis.example",
            date=NEXT_MONDAY,
            window_start=start,
            window_end=dict(STANDARD_WINDOWS)[start],
            booked_at=MONDAY_NOON,
            changed_at=MONDAY_NOON,
            booked_by="customer",
        ),
    )


def at(clock: str, day: date = NEXT_MONDAY) -> datetime:
    """Return a clock time of the day."""
    return datetime.combine(day, time.fromisoformat(clock), AMSTERDAM)


def circumstances(clock: str) -> Circumstances:
    return Circumstances(at(clock), "staff:1", SITE)


def press(
    step: Step,
    appointment: Appointment,
    clock: str,
    *,
    technician_id: int | None = None,
    key: str = "",
    tapped_at: datetime | None = None,
) -> Tap:
    """Press one button at a clock time, in a transaction of its own."""
    visit_id = appointment.visit_id
    with transaction() as session:
        owner = technician_id or technician_of(session, visit_id)
        touch = Touch(owner, visit_id, key or f"key-of-a-form-{next(_numbers)}", tapped_at)
        return ACTIONS[step](session, touch, circumstances(clock))


def technician_of(session: Session, visit_id: int) -> int:
    """Return on whose route a visit stands or, when it is over, stood."""
    found = session.scalar(sa.select(Stop.technician_id).where(Stop.visit_id == visit_id))
    last = sa.select(Tap.technician_id).join(Tap.appointment)
    return found or session.scalars(last.where(Appointment.visit_id == visit_id)).first() or 0


def served(appointment: Appointment, begin: str, end: str) -> None:
    """Let a technician start and finish."""
    press(Step.STARTED, appointment, begin)
    press(Step.DONE, appointment, end)


def undo(tap: Tap, clock: str) -> Tap:
    with transaction() as session:
        return actions.undo(session, tap, circumstances(clock))


def went_out() -> None:
    """Let all that waits in the outbox be sent."""
    with transaction() as session:
        session.execute(sa.update(OutboxMessage).values(stage=Stage.SENT))


def visits(session: Session) -> list[Visit]:
    return list(session.scalars(sa.select(Visit).order_by(Visit.id)))


Press = Callable[[Session, Touch, Circumstances], Tap]
ACTIONS: dict[Step, Press] = {
    Step.ON_MY_WAY: actions.set_off,
    Step.STARTED: actions.start,
    Step.DONE: lambda session, touch, now: actions.finish(session, touch, DONE, now),
    Step.NOT_AT_HOME: lambda session, touch, now: actions.nobody_home(session, touch, now, KEY),
    Step.UNFINISHED: lambda session, touch, now: actions.break_off(
        session, touch, Unfinished.PART, now, KEY, words="pump 24"
    ),
}
