"""Why not Thursday? Each window of a day is offered or has a reason, in words for the customer.

Web page, desk, letter and API all ask it here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.offering.filters import day_from
from portal.booking.offering.offer import Offer, OfferedDay, OfferedWindow
from portal.booking.offering.offers import Holds, holds_at, may_be_planned, offer_with_holds
from portal.booking.offering.reasons import Door, Facts, Promise, Reason, WhyNot, Wish, why_not
from portal.booking.policy import bookable_period
from portal.booking.queries import live_appointment, window_of
from portal.customers.models import Visit, VisitState
from portal.database import db
from portal.planning.models import Opening
from portal.planning.windows import STANDARD_WINDOWS, Window
from portal.regions.branch_calendar import BranchCalendar
from portal.regions.models import Region
from portal.regions.queries import branch_calendar
from portal.technicians.queries import roster
from portal.technicians.shifts import OnDuty

NEAREST_DAYS = 3
SETTLED = frozenset({Reason.PAST, Reason.NOTHING_DUE, Reason.YOURS_ALREADY})  # no call helps


@dataclass(frozen=True, slots=True)
class WindowAnswer:
    """One window: either it can be chosen (`offered`), or there is a reason why it cannot."""

    window: Window
    offered: OfferedWindow | None
    why_not: WhyNot | None


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """What can be chosen on a date, why the rest cannot, and the nearest days with a choice."""

    date: date
    windows: tuple[WindowAnswer, ...]
    nearest: tuple[OfferedDay, ...]

    @property
    def offered(self) -> tuple[OfferedWindow, ...]:
        """The windows that can be chosen."""
        return tuple(one.offered for one in self.windows if one.offered is not None)

    @property
    def is_worth_a_call(self) -> bool:
        """Whether a window is not offered for a reason that people could find a way around."""
        reasons = [one.why_not.reason for one in self.windows if one.why_not is not None]
        return any(reason not in SETTLED for reason in reasons)

    @property
    def one_reason(self) -> WhyNot | None:
        """The reason for the whole day, when nothing is offered and it is the same all day."""
        reasons = {one.why_not for one in self.windows}
        return next(iter(reasons)) if len(reasons) == 1 else None


@dataclass(frozen=True, slots=True)
class Answers:
    """All that the answers about the dates of a period rest on, read once."""

    offer: Offer
    wish: Wish
    doors: Mapping[Window, Door]
    promises: Mapping[Window, Promise]
    calendar: BranchCalendar
    on_duty: Mapping[date, Sequence[OnDuty]]
    region_id: int | None
    skill: str

    def of(self, day: date) -> DayAnswer:
        """Return the answer about a date of the period."""
        offered = {one.window: one for one in self.offer.windows}
        windows = tuple(
            self._about(Window(day, start, end), offered) for start, end in STANDARD_WINDOWS
        )
        return DayAnswer(day, windows, nearest_days(self.offer, day))

    def _about(self, window: Window, offered: Mapping[Window, OfferedWindow]) -> WindowAnswer:
        if window in offered:
            return WindowAnswer(window, offered[window], None)
        facts = Facts(
            window,
            self.doors.get(window, Door.NOWHERE),
            self.calendar.rest(window.date, self.region_id),
            self.promises.get(window, Promise.NOTHING),
            self._is_skilled(window.date),
        )
        return WindowAnswer(window, None, why_not(self.wish, facts))

    def _is_skilled(self, day: date) -> bool:
        working = self.on_duty.get(day, ())
        return not self.skill or any(self.skill in one.skills for one in working)


def answer_for(session: Session, visit: Visit, day: date, now: datetime) -> DayAnswer:
    """Return, for each standard window of a date, whether the visit may choose it or why not."""
    return answers_between(session, visit, day, day, now).of(day)


def asked_about(visit: Visit, asked: Mapping[str, str], now: datetime) -> dict[str, object]:
    """Return what `booking/why_not.html` needs: the day that an address asks about, and its answer.

    Without a day, or with one that cannot be understood, there is no answer.
    """
    typed = asked.get("day", "").strip()
    day = day_from(typed)
    answer = answer_for(db.session(), visit, day, now) if day is not None else None
    return {"asked_day": typed, "answer": answer}


def answers_between(
    session: Session, visit: Visit, first_on: date, last_on: date, now: datetime
) -> Answers:
    """Return the answers about every date between two dates; some fifteen queries in all."""
    appointment = live_appointment(session, visit)
    own = window_of(appointment) if appointment is not None else None
    holds = holds_at(session, visit, now)
    return Answers(
        offer=offer_with_holds(session, visit, now, own, holds),
        wish=_wish(visit, now),
        doors=_doors(session, visit, first_on, last_on, holds),
        promises=_promises(own, holds),
        calendar=branch_calendar(session, visit.customer.branch_id, first_on, last_on),
        on_duty=_on_duty(session, visit, first_on, last_on),
        region_id=visit.address.region_id,
        skill=visit.boiler.skill,
    )


def nearest_days(offer: Offer, day: date) -> tuple[OfferedDay, ...]:
    """Return the other days nearest to a date on which something is offered, by date."""
    others = [one for one in offer.all if one.date != day]
    others.sort(key=lambda one: (abs((one.date - day).days), one.date))
    return tuple(sorted(others[:NEAREST_DAYS], key=lambda one: one.date))


def _on_duty(
    session: Session, visit: Visit, first_on: date, last_on: date
) -> Mapping[date, Sequence[OnDuty]]:
    """Return who works; nobody looks when the visit needs no certificate."""
    if not visit.boiler.skill:
        return {}
    return roster(session, visit.customer.branch_id, first_on, last_on)


def _wish(visit: Visit, now: datetime) -> Wish:
    is_due = visit.state is VisitState.OPEN
    first_on, last_on = bookable_period(visit.due_on, now)
    on_the_map = not is_due or may_be_planned(visit)
    return Wish(now, visit.due_on, first_on, last_on, is_due=is_due, is_on_the_map=on_the_map)


def _promises(own: Window | None, holds: Holds) -> dict[Window, Promise]:
    found = dict.fromkeys(holds.live, Promise.HOLD)
    return found if own is None else {**found, own: Promise.APPOINTMENT}


def _doors(
    session: Session, visit: Visit, first_on: date, last_on: date, holds: Holds
) -> dict[Window, Door]:
    """Return how the windows of a period stand for the visit's region; what is absent: nowhere."""
    openings = session.scalars(
        sa.select(Opening)
        .join(Region, Region.id == Opening.region_id)
        .where(
            Region.branch_id == visit.customer.branch_id, Opening.date.between(first_on, last_on)
        )
    )
    doors: dict[Window, Door] = {}
    for opening in openings:
        window = Window(opening.date, opening.window_start, opening.window_end)
        if opening.region_id == visit.address.region_id:
            doors[window] = _door(opening, holds.freed_openings)
        elif not opening.closed:
            doors.setdefault(window, Door.ELSEWHERE)
    return doors


def _door(opening: Opening, freed: frozenset[int]) -> Door:
    if opening.closed:
        return Door.CLOSED
    is_free = opening.taken < opening.places or opening.id in freed
    return Door.OPEN if is_free else Door.FULL
