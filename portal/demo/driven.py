"""How the technicians' past days went: each visit set off for, begun and brought to an end.

A day goes as its plan says, give or take some minutes. Of all visits some find nobody, two cannot
be finished, and once the work takes so much longer that customers after it are warned.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise, zip_longest

from sqlalchemy.orm import Session

from portal.booking.circumstances import Circumstances
from portal.booking.telling.estimating import estimate_due
from portal.customers.due import next_due
from portal.database import db, transaction
from portal.demo.actors import technician
from portal.demo.past import at_clock
from portal.demo.sent import go_out
from portal.fieldwork.actions import WorkDone, break_off, finish, nobody_home, set_off, start
from portal.fieldwork.delays import BY, warn_of_delays
from portal.fieldwork.route import booked
from portal.fieldwork.touch import Touch
from portal.fieldwork.work import USUAL, Unfinished, Work
from portal.planning.queries import PlannedRoute, planned_day
from portal.site import Site

TOLD_AT = (time(7, 15), time(8, 5))  # the first customers of a day, and all others
LONGEST_WAY = timedelta(minutes=25)  # more between two visits is lunch, or waiting for a window
EARLIEST, LATEST = -5, 7  # minutes that work takes less or more
RANG = timedelta(minutes=4)  # and waited
TURNED_BACK = timedelta(minutes=20)  # of work that could not be finished
LATE_BY = timedelta(minutes=15)  # after the end of a window
BREATHER = timedelta(minutes=5)  # with less between two visits, a delay is not made up for
MOST_TO_SPARE = timedelta(minutes=75)  # for a longer delay nobody would believe
FEWEST_BEFORE_DELAY = 8  # visits: the first days go well

UNTOLD = 4  # for one visit in so many nobody thinks of tapping "on my way"
NOBODY_HOME = (16, 3)  # one in so many, beginning with this one
BROKEN_OFF = {6: 0, 33: 1}  # the how manieth visit, and which of the reasons below
# Words for colleagues; customers read the reason only.
REASONS = (
    (Unfinished.PART, "Ontstekingselektrode versleten, niet in de bus. Onderdeel is besteld."),
    (Unfinished.REACH, "Kast staat vol voor de ketel. Klant ruimt op voor de volgende keer."),
)

WORK = (
    USUAL,
    USUAL,
    (*USUAL, Work.PRESSURE),
    USUAL,
    (*USUAL, Work.PART),
    (*USUAL, Work.PRESSURE, Work.ADVICE),
)
# What technicians write under a report, in the language that its customer reads.
NOTES = (
    "",
    "",
    "Druk bijgevuld tot 1,8 bar.",
    "",
    "De pakking van de warmtewisselaar is vervangen.",
    "Het expansievat wordt oud. Over een jaar kijken wij er weer naar.",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One visit as it went: when the technician set off, rang and left.

    `promised_for` is how much later its planned begin may be before its window is over.
    """

    visit_id: int
    key: str
    set_off_at: datetime
    begun_at: datetime
    ended_at: datetime
    cycle_months: int
    is_dutch: bool
    promised_for: timedelta


@dataclass(slots=True)
class Driver:
    """Drives past days one after another; `calls` counts the visits of all of them."""

    branch_id: int
    site: Site
    signing_key: str
    rng: random.Random
    calls: int = 0
    was_late: bool = False
    not_at_home: list[int] = field(default_factory=list)

    def drive(self, day: date) -> None:
        """Tell the customers of a day when to expect whom, and let everybody drive the day."""
        for clock in TOLD_AT:
            estimate_due(at_clock(day, clock), self.site)
        planned = planned_day(db.session(), self.branch_id, day)
        routes = planned.routes if planned else ()
        each = [
            (route.on_duty.technician_id, list(calls_of_route(route, day, self.rng)))
            for route in routes
        ]
        for technician_id, calls in sorted(each, key=lambda one: len(one[1]), reverse=True):
            self._drive_route(technician_id, calls)

    def _drive_route(self, technician_id: int, calls: Sequence[Call]) -> None:
        """Drive one route; if work takes much longer on it, all after that is as much later."""
        by = technician(db.session(), technician_id)
        number = self._late_at(calls)
        if number is None:
            self._tap(technician_id, calls, by)
            return
        delay = calls[number + 1].promised_for + LATE_BY
        late = replace(calls[number], ended_at=calls[number].ended_at + delay)
        self._tap(technician_id, calls[:number], by)
        self._tap_long(technician_id, late, by)
        self._tap(technician_id, list(after_delay(calls[number + 1 :], delay)), by)

    def _late_at(self, calls: Sequence[Call]) -> int | None:
        """Return at which visit work takes much longer, the one time that it does, or None."""
        if self.was_late or self.calls < FEWEST_BEFORE_DELAY:
            return None
        for number, (one, following) in enumerate(pairwise(calls)):
            is_next = following.set_off_at - one.ended_at < BREATHER
            if is_next and following.promised_for <= MOST_TO_SPARE:
                self.was_late = True
                return number
        return None

    def _tap(self, technician_id: int, calls: Sequence[Call], by: str) -> None:
        with transaction() as session:
            for call in calls:
                self._tap_at(session, technician_id, call, by)

    def _tap_long(self, technician_id: int, call: Call, by: str) -> None:
        """Tap at a visit of which the work takes so long that others are warned meanwhile."""
        number, self.calls = self.calls, self.calls + 1
        with transaction() as session:
            self._start(session, technician_id, call, by)
        at = call.ended_at - BREATHER
        warn_of_delays(Circumstances(at, BY, self.site), self.signing_key)
        with transaction() as session:
            self._finish(session, technician_id, call, by, number)

    def _tap_at(self, session: Session, technician_id: int, call: Call, by: str) -> None:
        """Tap what is tapped at one visit."""
        number, self.calls = self.calls, self.calls + 1
        if number % UNTOLD != UNTOLD - 1:
            now = self._at(session, call.set_off_at, by)
            set_off(session, _touch(technician_id, call, "way"), now)
        every, first = NOBODY_HOME
        if number % every == first:
            now = self._at(session, call.begun_at + RANG, by)
            nobody_home(session, _touch(technician_id, call, "nobody"), now, self.signing_key)
            self.not_at_home.append(call.visit_id)
            return
        self._start(session, technician_id, call, by)
        if number in BROKEN_OFF:
            why, words = REASONS[BROKEN_OFF[number]]
            now = self._at(session, call.begun_at + TURNED_BACK, by)
            touch = _touch(technician_id, call, "end")
            break_off(session, touch, why, now, self.signing_key, words=words)
            return
        self._finish(session, technician_id, call, by, number)

    def _start(self, session: Session, technician_id: int, call: Call, by: str) -> None:
        now = self._at(session, call.begun_at, by)
        start(session, _touch(technician_id, call, "start"), now)

    def _finish(
        self, session: Session, technician_id: int, call: Call, by: str, number: int
    ) -> None:
        now = self._at(session, call.ended_at, by)
        finish(session, _touch(technician_id, call, "end"), work_done(call, number), now)

    def _at(self, session: Session, moment: datetime, by: str) -> Circumstances:
        """Return the circumstances of a tap; what was due by then went out."""
        go_out(session, moment)
        return Circumstances(moment, by, self.site)


def calls_of_route(route: PlannedRoute, day: date, rng: random.Random) -> Iterator[Call]:
    """Yield the visits of a route as they went, some minutes off its plan."""

    def at(clock: time) -> datetime:
        return at_clock(day, clock)

    free, planned_free = at(route.leaves), at(route.leaves)
    for stop in booked(route):
        way = min(at(stop.arrive) - planned_free, LONGEST_WAY)
        set_off_at = max(free, at(stop.begin) - way)
        begun_at = max(set_off_at + way, at(stop.begin))
        usual = at(stop.leave) - at(stop.begin)
        free = begun_at + usual + timedelta(minutes=rng.randint(EARLIEST, LATEST))
        planned_free = at(stop.leave)
        yield Call(
            visit_id=stop.fact.visit_id,
            key=f"demo-past-{stop.fact.stop_id:08}",
            set_off_at=set_off_at,
            begun_at=begun_at,
            ended_at=free,
            cycle_months=stop.visit.boiler.cycle_months,
            is_dutch=stop.customer.locale == "nl",
            promised_for=at(stop.window.end) - at(stop.begin),
        )


def after_delay(calls: Sequence[Call], delay: timedelta) -> Iterator[Call]:
    """Yield the visits after a delay as they went: later, until waiting has made up for it."""
    late = delay
    for call, following in zip_longest(calls, calls[1:]):
        yield replace(
            call,
            set_off_at=call.set_off_at + late,
            begun_at=call.begun_at + late,
            ended_at=call.ended_at + late,
        )
        if following is not None:
            late = max(late - (following.set_off_at - call.ended_at), timedelta())


def work_done(call: Call, number: int) -> WorkDone:
    """Return what was filled in after a visit; a note only in the customer's own language."""
    on = call.ended_at.date()
    note = NOTES[number % len(NOTES)] if call.is_dutch else ""
    return WorkDone(on, WORK[number % len(WORK)], note, next_due(on, call.cycle_months))


def _touch(technician_id: int, call: Call, step: str) -> Touch:
    return Touch(technician_id, call.visit_id, f"{call.key}-{step}")
