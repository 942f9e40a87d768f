"""Several ticked windows of which one is confirmed later: tick, change, withdraw, decide.

One of the ticked windows is held from the first moment, a stop on a route and a place of the
opening, so that at least one of them can be kept. Everything happens under the visit's lock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.booking.actions.appointments import confirm, held_under_lock, locked
from portal.booking.actions.settling import settle
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.errors import AlreadyBooked, TickedGone, TooFewTicked, TooManyTicked
from portal.booking.models import Appointment, SelectedOpening, Selection, SelectionState
from portal.booking.notices import selections as notices
from portal.booking.notices.appointments import confirmed
from portal.booking.offering.offer import OfferedWindow
from portal.booking.queries import holds_of, live_appointment
from portal.booking.ticking.decision import FEWEST, MOST, decide_at, held_until, message_at
from portal.booking.ticking.selecting import (
    OWN_CHOICE,
    open_selection,
    selection_hold,
    tickable,
    ticked_openings,
    windows_of,
)
from portal.customers.models import Visit, VisitState
from portal.planning.actions import admit, loosen, prolong, release
from portal.planning.choosing import is_endangered
from portal.planning.errors import NoDayPlan, NoLongerFits, WindowTaken
from portal.planning.models import Hold, HoldKind, Opening, Stop
from portal.planning.windows import Window


def select(
    session: Session,
    visit: Visit,
    opening_ids: Collection[int],
    circumstances: Circumstances,
    again: str = "",
) -> Selection:
    """Keep several windows as equally welcome; one of them is confirmed at `decide_at`.

    Who has ticked before changes it, and hears when it was promised first; the same ticks once more
    change nothing and send nothing. `again` is the path of the page where the ticks can be changed.
    Raises TooFewTicked, TooManyTicked, AlreadyBooked, or TickedGone with the windows that no longer
    do; then nothing changed, once the transaction is rolled back.
    """
    visit, now = locked(session, visit), circumstances.now
    wanted = _countable(opening_ids)
    if live_appointment(session, visit) is not None or visit.state is not VisitState.OPEN:
        raise AlreadyBooked
    known = open_selection(session, visit.id)
    if known is not None and ticked_openings(session, known) == wanted:
        return known
    at = known.decide_at if known is not None and known.decide_at > now else decide_at(now)
    _hold_one(session, visit, _ticked(session, visit, wanted, at), held_until(at))
    selection = known or Selection(visit_id=visit.id)
    selection.made_at, selection.made_by, selection.decide_at = now, circumstances.by, at
    _write(session, selection, wanted)
    _record(session, selection, "made" if known is None else "changed", circumstances)
    notices.selected(session, selection, now, site=circumstances.site, again=again)
    return selection


def withdraw(session: Session, visit: Visit, circumstances: Circumstances) -> None:
    """Forget the ticks of a visit and give back what is held; twice changes nothing more."""
    visit = locked(session, visit)
    selection = open_selection(session, visit.id)
    if selection is None:
        return
    until = held_until(selection.decide_at)
    for stop in held_under_lock(session, visit, ()):
        if stop.hold_kind is HoldKind.SELECTION:
            _give_back(session, stop, until)
    settle(session, visit, SelectionState.WITHDRAWN)
    _record(session, selection, "withdrawn", circumstances)


def decide(
    session: Session, selection: Selection, opening_id: int, circumstances: Circumstances
) -> Appointment | None:
    """Confirm one of the ticked windows; None when it is settled already, or not yet time.

    Raises WindowTaken when the window is not ticked any more, and what confirm raises; then nothing
    changed, once the transaction is rolled back. A hold that cannot be kept any more, as after an
    illness, counts for nothing: the window then has to fit anew.
    """
    visit = _locked_if_due(session, selection, circumstances.now)
    if visit is None:
        return None
    if visit.state is not VisitState.OPEN:
        withdraw(session, visit, circumstances)
        return None
    wanted = windows_of(selection).get(opening_id)
    if wanted is None:
        raise WindowTaken
    held_under_lock(session, visit, {wanted.date})  # all days at once, by date, whatever is next
    held = selection_hold(session, visit)
    if held is not None and is_endangered(session, held):
        _release_hold(session, visit)
    choice = Choice(opening_id, f"selection:{selection.id}:{opening_id}")
    tell = partial(confirmed, is_ticked=True, due_at=message_at(circumstances.now))
    return confirm(session, visit, choice, circumstances, tell=tell)


def give_up(
    session: Session,
    selection: Selection,
    circumstances: Circumstances,
    others: Sequence[Window],
    again: str = "",
) -> bool:
    """Say sorry, since none of the ticked windows can be kept; False when it is not to be decided.

    `others` are windows that could be had instead, `again` the path where they are chosen.
    """
    visit = _locked_if_due(session, selection, circumstances.now)
    if visit is None:
        return False
    _release_hold(session, visit)
    settle(session, visit, SelectionState.BROKEN)
    _record(session, selection, "broken", circumstances)
    notices.broken(
        session, selection, circumstances.now, site=circumstances.site, others=others, again=again
    )
    return True


def _countable(opening_ids: Collection[int]) -> set[int]:
    wanted = set(opening_ids)
    if len(wanted) < FEWEST:
        raise TooFewTicked
    if len(wanted) > MOST:
        raise TooManyTicked
    return wanted


def _ticked(
    session: Session, visit: Visit, wanted: Collection[int], at: datetime
) -> list[OfferedWindow]:
    """Return the ticked windows, least extra travel first; raises TickedGone."""
    offer = tickable(session, visit, at)
    possible = {one.opening_id: one for day in offer.all for one in day.windows}
    gone = [opening_id for opening_id in wanted if opening_id not in possible]
    if gone:
        found = session.scalars(sa.select(Opening).where(Opening.id.in_(gone)))
        mine = [one for one in found if one.region_id == visit.address.region_id]
        raise TickedGone(sorted(Window(one.date, one.window_start, one.window_end) for one in mine))
    return sorted(
        (possible[one] for one in wanted), key=lambda one: (one.extra_travel_s, one.window)
    )


def _hold_one(
    session: Session, visit: Visit, ticked: Sequence[OfferedWindow], until: datetime
) -> None:
    """Hold one of the ticked windows: the one that is held already, else the cheapest."""
    present = selection_hold(session, visit)
    if present is not None and any(one.opening_id == present.opening_id for one in ticked):
        prolong(session, present, max(present.held_until or until, until))
        return
    wanted = _cheapest(session, visit, ticked)
    held = held_under_lock(session, visit, {wanted.window.date})
    for stop in held:
        if stop.hold_kind in OWN_CHOICE:
            _give_back(session, stop, until)
    others = [stop for stop in held if stop.hold_kind not in OWN_CHOICE]
    mine = next((stop for stop in others if stop.opening_id == wanted.opening_id), None)
    if mine is not None:
        loosen(session, mine, Hold(HoldKind.SELECTION, max(mine.held_until or until, until)))
        return
    hold = Hold(HoldKind.SELECTION, until)
    try:
        admit(session, visit, wanted.window, opening_id=wanted.opening_id, hold=hold)
    except (NoLongerFits, WindowTaken, NoDayPlan):
        raise TickedGone([wanted.window]) from None


def _cheapest(session: Session, visit: Visit, ticked: Sequence[OfferedWindow]) -> OfferedWindow:
    """Return the window to hold: one that nothing else holds for the visit, a letter's if need be.

    Of one window there is one hold, and what the waiting list holds for an hour stays its own.
    """
    rank = {HoldKind.LETTER: 1, HoldKind.WAITING_LIST: 2}
    held = {stop.opening_id: stop.hold_kind for stop in holds_of(session, visit)}
    return min(ticked, key=lambda one: rank.get(held.get(one.opening_id) or HoldKind.CHOICE, 0))


def _give_back(session: Session, stop: Stop, until: datetime) -> None:
    """Give a choice or the hold of ticks back; what a letter held before is the letter's again.

    It kept the end that the letter tells, later than `until`, which is that of every other one.
    """
    ends = stop.held_until
    if stop.hold_kind is HoldKind.SELECTION and ends is not None and ends > until:
        loosen(session, stop, Hold(HoldKind.LETTER, ends))
    else:
        release(session, stop)


def _release_hold(session: Session, visit: Visit) -> None:
    for stop in held_under_lock(session, visit, ()):
        if stop.hold_kind is HoldKind.SELECTION:
            release(session, stop)


def _locked_if_due(session: Session, selection: Selection, now: datetime) -> Visit | None:
    """Lock the visit of a selection; return it if the selection is to be decided now."""
    visit = locked(session, selection.visit)
    session.refresh(selection)
    is_due = selection.state is SelectionState.OPEN and selection.decide_at <= now
    return visit if is_due else None


def _write(session: Session, selection: Selection, wanted: Collection[int]) -> None:
    session.add(selection)
    session.flush()
    session.execute(sa.delete(SelectedOpening).where(SelectedOpening.selection_id == selection.id))
    session.execute(
        sa.insert(SelectedOpening),
        [{"selection_id": selection.id, "opening_id": one} for one in sorted(wanted)],
    )
    session.expire(selection, ["openings"])


def _record(
    session: Session, selection: Selection, action: str, circumstances: Circumstances
) -> None:
    record(
        session,
        actor=circumstances.by,
        action=f"selection.{action}",
        subject=f"visit:{selection.visit_id}",
        now=circumstances.now,
        detail={"windows": len(selection.openings), "decide_at": selection.decide_at.isoformat()},
    )
