"""What a calendar's answer does to an appointment. Callers have locked its visit and looked.

A No gives the window back only after a while: until then one click takes it back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking import notices
from portal.booking.actions.appointments import (
    appointment_in,
    cancel,
    held_under_lock,
    locked,
    note_change,
)
from portal.booking.actions.invitations import invite
from portal.booking.circumstances import Circumstances
from portal.booking.errors import HoldOver, NothingToChange
from portal.booking.inbound.models import AnswerWish, WishKind, WishState
from portal.booking.kept import kept_after_no, open_wish
from portal.booking.links import path_to_choose_again
from portal.booking.models import Appointment, AppointmentStatus, CalendarAnswer
from portal.booking.notices.answers import declined
from portal.booking.policy import GRACE_AFTER_NO
from portal.booking.queries import last_appointment, live_appointment, window_of_stop
from portal.clock import local_date
from portal.customers.models import Visit
from portal.database import insert_if_new
from portal.planning.actions import keep, release

ANSWER_WITHIN = timedelta(days=14)  # for whoever has no invitation yet and has to choose again


def note_answer(
    session: Session,
    appointment: Appointment,
    answer: CalendarAnswer,
    stamp: datetime,
    circumstances: Circumstances,
) -> None:
    """Note what the customer's calendar says; the appointment stays as it is."""
    appointment.answer, appointment.answer_stamp = answer, stamp
    record(
        session,
        actor=circumstances.by,
        action=f"answer.{answer.value}",
        subject=f"visit:{appointment.visit_id}",
        now=circumstances.now,
        detail={"appointment": appointment.id, "sequence": appointment.sequence},
    )


def decline(
    session: Session,
    appointment: Appointment,
    stamp: datetime,
    circumstances: Circumstances,
    signing_key: str,
) -> None:
    """Cancel an appointment because its customer said No; keep the window for a quarter of an hour.

    The message leads to the customer's page, where it is taken back with one click or another
    window is chosen. Twice changes nothing more. Raises TooLateToChange.
    """
    visit, now = appointment.visit, circumstances.now
    until = now + GRACE_AFTER_NO
    again = path_to_choose_again(session, visit.id, signing_key)
    if not again:
        invite(session, visit, local_date(now) + ANSWER_WITHIN, now)
        again = path_to_choose_again(session, visit.id, signing_key)
    cancel(
        session,
        appointment,
        circumstances,
        again,
        kept_until=until,
        tell=partial(declined, until=until),
    )
    note_answer(session, appointment, CalendarAnswer.DECLINED, stamp, circumstances)


def restore(session: Session, visit: Visit, circumstances: Circumstances) -> Appointment:
    """Book the window of a No again, as a new entry in calendars; twice is once.

    Calendars know an entry by its UID: one that was taken out cannot come back under the same.
    Raises HoldOver when it is kept no longer.
    """
    visit = locked(session, visit)
    present = live_appointment(session, visit)
    if present is not None:
        return present
    held = held_under_lock(session, visit, ())
    stop = kept_after_no(session, visit, circumstances.now)
    if stop is None:
        raise HoldOver
    for hold in held:
        if hold.id != stop.id:
            release(session, hold)
    keep(session, stop)
    ended = last_appointment(session, visit.id)
    if ended is not None:
        ended.answer_stamp = circumstances.now  # what its calendar said before is over
    appointment = appointment_in(session, visit, window_of_stop(stop), circumstances)
    note_change(session, appointment, "restored", circumstances)
    notices.confirmed(session, appointment, circumstances.now, site=circumstances.site)
    return appointment


def keep_wish(
    session: Session, appointment: Appointment, kind: WishKind, stamp: datetime, now: datetime
) -> bool:
    """Keep what an answer wants; return whether it is the first of its kind about this state."""
    kept = (
        insert_if_new(session, AnswerWish)
        .values(
            appointment_id=appointment.id,
            uid=appointment.uid,
            sequence=appointment.sequence,
            kind=kind,
            state=WishState.OPEN,
            stamp=stamp,
            asked_at=now,
        )
        .returning(AnswerWish.id)
    )
    return session.execute(kept).scalar() is not None


def grant_wish(
    session: Session, appointment: Appointment, circumstances: Circumstances, signing_key: str
) -> None:
    """Do what the No of a doubtful sender wanted, now that the customer says so.

    Raises NothingToChange when nothing is asked any more, TooLateToChange.
    """
    wish = _wish_under_lock(session, appointment)
    if wish is None:
        raise NothingToChange
    wish.state = WishState.GRANTED
    said_at = min(wish.stamp, circumstances.now)  # a clock that is ahead must not hide a later Yes
    decline(session, appointment, said_at, circumstances, signing_key)


def withdraw_wish(session: Session, appointment: Appointment, circumstances: Circumstances) -> None:
    """Let the appointment stand: the customer says that the No was none."""
    wish = _wish_under_lock(session, appointment)
    if wish is None:
        return
    wish.state = WishState.WITHDRAWN
    record(
        session,
        actor=circumstances.by,
        action="answer.withdrawn",
        subject=f"visit:{appointment.visit_id}",
        now=circumstances.now,
        detail={"appointment": appointment.id},
    )


def stamp_of_wish(session: Session, appointment: Appointment, kind: WishKind) -> datetime | None:
    """Return the moment of the answer that is kept about an appointment as it stands, or None."""
    return session.scalar(
        sa.select(AnswerWish.stamp).where(
            AnswerWish.uid == appointment.uid,
            AnswerWish.sequence == appointment.sequence,
            AnswerWish.kind == kind,
        )
    )


def _wish_under_lock(session: Session, appointment: Appointment) -> AnswerWish | None:
    locked(session, appointment.visit)
    session.refresh(appointment)
    if appointment.status is not AppointmentStatus.CONFIRMED:
        return None
    return open_wish(session, appointment)
