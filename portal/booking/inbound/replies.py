"""What a calendar's answer leads to. The appointment is the sender's, and locked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.booking import policy
from portal.booking.actions.answers import (
    decline,
    keep_wish,
    note_answer,
    restore,
    stamp_of_wish,
)
from portal.booking.circumstances import Circumstances
from portal.booking.inbound.models import WishKind
from portal.booking.inbound.proposals import near_to, path_to_windows
from portal.booking.inbound.repeats import sent_again_since
from portal.booking.inbound.verdicts import Outcome, Verdict, for_person, ignored
from portal.booking.kept import kept_after_no
from portal.booking.models import Appointment, AppointmentStatus, CalendarAnswer
from portal.booking.notices.answers import asked, countered, declined_late
from portal.booking.queries import live_appointment, window_of
from portal.clock import local_date
from portal.messages.actions import send_once_more
from portal.messages.compose import Method
from portal.messages.inbound.reading import CalendarReply, ReplyKind, Trust

CLOCKS_DIFFER = timedelta(days=1)
A_DAY = timedelta(days=1)
MOST_A_DAY = 3  # invites that go out again because somebody's program wants them


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with all that it takes to act on it."""

    session: Session
    appointment: Appointment
    reply: CalendarReply
    trust: Trust
    decided: Circumstances
    signing_key: str

    @property
    def now(self) -> datetime:
        """The moment at which it is acted upon."""
        return self.decided.now

    @property
    def is_proven(self) -> bool:
        """Whether the customer sent it for certain."""
        return self.trust is Trust.PROVEN

    @property
    def is_late(self) -> bool:
        """Whether the appointment is too near to be changed without a person."""
        return not policy.may_change(self.appointment.date, self.now)


def outcome_of_reply(answer: Answer) -> Outcome:
    """Act on an answer, if it is about the appointment as it stands and newer than the last."""
    if answer.reply.kind is ReplyKind.REFRESH:
        return _current_again(answer, Verdict.REFRESHED)
    stamp = answer.reply.stamp
    if stamp is None:
        return for_person(Verdict.NO_STAMP)
    if answer.reply.sequence > answer.appointment.sequence or stamp > answer.now + CLOCKS_DIFFER:
        return for_person(Verdict.AHEAD)
    last = answer.appointment.answer_stamp
    if last is not None and stamp <= last:
        return ignored(Verdict.REPLAY)
    if answer.reply.sequence < answer.appointment.sequence:
        return _stale(answer, stamp)
    if answer.appointment.status is not AppointmentStatus.CONFIRMED or _is_past(answer):
        return ignored(Verdict.OVER)
    return _current(answer, stamp)


def _current(answer: Answer, stamp: datetime) -> Outcome:
    match answer.reply.kind:
        case ReplyKind.ACCEPTED:
            return _noted(answer, CalendarAnswer.ACCEPTED, Verdict.ACCEPTED, stamp)
        case ReplyKind.TENTATIVE:
            return _noted(answer, CalendarAnswer.TENTATIVE, Verdict.TENTATIVE, stamp)
        case ReplyKind.DECLINED:
            return _declined(answer, stamp)
        case ReplyKind.COUNTER:
            return _countered(answer, stamp)
        case _:
            return for_person(Verdict.DELEGATED)


def _noted(answer: Answer, said: CalendarAnswer, verdict: Verdict, stamp: datetime) -> Outcome:
    if not answer.is_proven:
        return Outcome(Verdict.UNPROVEN)
    note_answer(answer.session, answer.appointment, said, stamp, answer.decided)
    return Outcome(verdict)


def _declined(answer: Answer, stamp: datetime) -> Outcome:
    session, appointment = answer.session, answer.appointment
    if answer.is_proven and not answer.is_late:
        decline(session, appointment, stamp, answer.decided, answer.signing_key)
        return Outcome(Verdict.DECLINED)
    return _told_about_no(answer, stamp)


def _told_about_no(answer: Answer, stamp: datetime) -> Outcome:
    """Let the appointment stand, and ask the customer: to call when it is late, else to click.

    What somebody made up never hides what the customer said for certain.
    """
    session, appointment = answer.session, answer.appointment
    known = stamp_of_wish(session, appointment, WishKind.DECLINED)
    if known is not None and stamp <= known and not answer.is_proven:
        return ignored(Verdict.REPLAY)
    is_first = keep_wish(session, appointment, WishKind.DECLINED, stamp, answer.now)
    if answer.is_late:
        if answer.is_proven:
            note_answer(session, appointment, CalendarAnswer.DECLINED, stamp, answer.decided)
        if is_first:
            declined_late(session, appointment, answer.now, site=answer.decided.site)
        return for_person(Verdict.DECLINED_LATE, urgent=True)
    if not is_first:
        return for_person(Verdict.DECLINE_ASKED)
    asked(session, appointment, answer.now, site=answer.decided.site)
    return Outcome(Verdict.DECLINE_ASKED)


def _countered(answer: Answer, stamp: datetime) -> Outcome:
    session, appointment = answer.session, answer.appointment
    known = stamp_of_wish(session, appointment, WishKind.COUNTER)
    if known is not None and (stamp == known or (stamp < known and not answer.is_proven)):
        return ignored(Verdict.REPLAY)
    if answer.is_late:
        return for_person(Verdict.COUNTERED_LATE, urgent=True)
    if answer.reply.proposed is None:
        return for_person(Verdict.COUNTERED)
    if not keep_wish(session, appointment, WishKind.COUNTER, stamp, answer.now):
        return for_person(Verdict.COUNTERED_AGAIN)
    start = answer.reply.proposed[0]
    windows = near_to(session, appointment, start, answer.now)
    link = path_to_windows(appointment, start, windows)
    site = answer.decided.site
    countered(session, appointment, windows, site.base_url + link, answer.now, site=site)
    return Outcome(Verdict.COUNTERED)


def _stale(answer: Answer, stamp: datetime) -> Outcome:
    """Answer what was said about an earlier state with the present one."""
    appointment, reply = answer.appointment, answer.reply
    if appointment.status is AppointmentStatus.CONFIRMED:
        return _current_again(answer, Verdict.STALE_TOLD)
    said_no = appointment.answer is CalendarAnswer.DECLINED
    if reply.kind in (ReplyKind.ACCEPTED, ReplyKind.TENTATIVE) and said_no:
        return _yes_after_no(answer, stamp)
    if reply.kind is ReplyKind.DECLINED and said_no:
        return _no_after_yes(answer, stamp)
    return ignored(Verdict.OVER)


def _yes_after_no(answer: Answer, stamp: datetime) -> Outcome:
    """Take a No back by a later Yes or Maybe while the window is kept; else a person calls."""
    visit = answer.appointment.visit
    if live_appointment(answer.session, visit) is not None:
        return ignored(Verdict.OVER)
    kept = kept_after_no(answer.session, visit, answer.now)
    is_its = answer.reply.sequence == answer.appointment.sequence - 1
    if kept is None or not answer.is_proven or not is_its:
        return for_person(Verdict.YES_AFTER_NO, urgent=True)
    restore(answer.session, visit, answer.decided)
    answer.appointment.answer_stamp = stamp
    return Outcome(Verdict.RESTORED)


def _no_after_yes(answer: Answer, stamp: datetime) -> Outcome:
    """Ask about a No to the entry that went, when the same window is booked again by now."""
    present = live_appointment(answer.session, answer.appointment.visit)
    if present is None or window_of(present) != window_of(answer.appointment):
        return ignored(Verdict.OVER)
    again = replace(answer, appointment=present)
    return ignored(Verdict.OVER) if _is_past(again) else _told_about_no(again, stamp)


def _current_again(answer: Answer, verdict: Verdict) -> Outcome:
    """Send the latest message about the appointment again, byte for byte.

    Not twice an hour, and seldom a day: programs that ask by themselves never stop.
    """
    appointment = answer.appointment
    if sent_again_since(answer.session, appointment.visit_id, answer.now - A_DAY) >= MOST_A_DAY:
        return ignored(Verdict.STALE)
    is_live = appointment.status is AppointmentStatus.CONFIRMED
    method = Method.REQUEST if is_live else Method.CANCEL
    sent = send_once_more(
        answer.session, (appointment.uid, appointment.sequence, method.value), answer.now
    )
    return Outcome(verdict) if sent else ignored(Verdict.STALE)


def _is_past(answer: Answer) -> bool:
    return answer.appointment.date < local_date(answer.now)
