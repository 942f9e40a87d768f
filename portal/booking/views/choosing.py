"""The page with windows, and what stands around it on either way to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.booking.circumstances import Circumstances
from portal.booking.errors import AlreadyBooked, NothingDue
from portal.booking.forms import new_key
from portal.booking.offering.choice import to_choose
from portal.booking.offering.second_chance import may_look_further
from portal.booking.offering.why_not import asked_about
from portal.booking.policy import HOLD
from portal.booking.queries import holds_of, last_appointment, window_of
from portal.booking.views.ways import Way
from portal.customers.models import Visit, VisitState
from portal.database import db
from portal.planning.models import HoldKind, Stop
from portal.site import current_site


@dataclass(frozen=True, slots=True)
class HeldWindow:
    """A window that is held for somebody at this moment, and how long."""

    opening_id: int
    date: date
    window_start: time
    window_end: time
    until: datetime
    kind: HoldKind
    seconds_left: int

    @property
    def is_short(self) -> bool:
        """Whether it is a matter of minutes: then a clock counts down."""
        return self.seconds_left <= 2 * HOLD.total_seconds()


def choose_page(way: Way, status: int = 200, problem: str = "") -> ResponseReturnValue:
    """Return the page with the windows that can be chosen at this moment."""
    now = clock.now()
    moving = way.moving
    besides = window_of(moving) if moving else None
    session = db.session()
    held = holds_of(session, way.visit)
    found = to_choose(session, way.visit, held, request.args, now, besides)
    page = render_template(
        "booking/choose.html",
        way=way,
        visit=way.visit,
        moving=moving,
        held=next((one for one in live(held, now) if one.kind is HoldKind.CHOICE), None),
        letter=found.letter,
        offer=found.offer,
        may_look_further=may_look_further(session, way.visit, found.offer, now, besides),
        shown=found.shown,
        choose_path=way.choose,
        pick_path=way.hold,
        pick_fields={},
        **asked_about(way.visit, request.args, now),
        key=new_key(),
        problem=problem,
    )
    return page, status


def held_for(visit: Visit, now: datetime) -> list[HeldWindow]:
    """Return the windows that are held for a visit and whose time is not over."""
    return live(holds_of(db.session(), visit), now)


def live(held: Sequence[Stop], now: datetime) -> list[HeldWindow]:
    """Return the windows of these held stops whose time is not over."""
    return [
        HeldWindow(
            opening_id=stop.opening_id,
            date=stop.day_plan.date,
            window_start=stop.window_start,
            window_end=stop.window_end,
            until=stop.held_until,
            kind=stop.hold_kind,
            seconds_left=int((stop.held_until - now).total_seconds()),
        )
        for stop in held
        if stop.opening_id is not None
        and stop.hold_kind is not None
        and stop.held_until is not None
        and stop.held_until > now
    ]


def already_booked(way: Way) -> ResponseReturnValue:
    """Return the state of the appointment that is there already, as a refusal."""
    if way.moving is not None:
        return redirect(url_for("booking.appointment", reference=way.moving.reference), 303)
    require_due(way.visit)
    appointment = last_appointment(db.session(), way.visit.id)
    if appointment is None:
        raise AlreadyBooked
    return render_template("booking/booked.html", appointment=appointment), 409


def require_due(visit: Visit) -> None:
    """Raise NothingDue for a visit that was made, dropped or followed up.

    Nobody is to call about it.
    """
    if visit.state is not VisitState.OPEN:
        raise NothingDue


def circumstances() -> Circumstances:
    """Return when, by whom and under whose name a customer's change is made."""
    return Circumstances(clock.now(), "customer", current_site())
