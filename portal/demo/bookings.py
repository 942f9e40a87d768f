"""What invented customers do: choose windows, move, cancel, through the portal's own actions."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking import actions, notices
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.notices.protocols import Tell
from portal.booking.offering.offer import Offer, OfferedWindow
from portal.booking.offering.offers import offer_for
from portal.customers.models import Visit
from portal.customers.queries import visit_with_everything
from portal.demo.past import Answer
from portal.demo.sent import go_out
from portal.planning.errors import NoLongerFits, WindowTaken
from portal.site import Site

# Visits wished for on each workday from today on: the near weeks are fuller.
WISHED = ((2, 30.0), (5, 25.0), (10, 13.0), (15, 5.0), (60, 1.2))
FEWEST_WISHED = 0.1  # a full day is still chosen now and then
DEAR_S = 400.0  # so much extra travel makes a window less than half as likely: it stands lower
LIKED = 3.0
MOVED, CANCELLED = 5, 4


@dataclass
class Agenda:
    """How full each date is, and how full it should become for a lively demo of this size."""

    workdays: Sequence[date]
    scale: float
    wishes: Sequence[tuple[int, float]] = WISHED
    booked: Counter[date] = field(default_factory=Counter)

    def room(self, day: date) -> float:
        """Return how many more visits are wished for on a date."""
        if day not in self.workdays:
            return 0.0
        at = self.workdays.index(day)
        wished = next((number for until, number in self.wishes if at < until), 0.0)
        return max(self.scale * wished - self.booked[day], FEWEST_WISHED)


def answer(
    session: Session,
    answers: Iterable[Answer],
    agenda: Agenda,
    site: Site,
    rng: random.Random,
    tell: Tell = notices.confirmed,
) -> int:
    """Let each one plan a visit, in order of time; return how many got an appointment."""
    planned = 0
    for one in sorted(answers):
        go_out(session, one.at)
        visit = visit_with_everything(session, one.visit_id)
        if visit is None:
            continue
        offer = offer_for(session, visit, one.at)
        chosen = choice_among(offer, agenda, rng)
        if chosen is None:
            continue
        circumstances = Circumstances(one.at, one.by, site)
        if _confirmed(session, visit, chosen, circumstances, rng, tell):
            agenda.booked[chosen.window.date] += 1
            planned += 1
    return planned


def choice_among(
    offer: Offer, agenda: Agenda, rng: random.Random, not_on: date | None = None
) -> OfferedWindow | None:
    """Return what somebody takes: mostly a cheap window, on the part of the day they like."""
    likes_morning = rng.random() < 0.5
    windows = [one for day in offer.all if day.date != not_on for one in day.windows]
    weights = [
        agenda.room(one.window.date)
        * math.exp(-one.extra_travel_s / DEAR_S)
        * (LIKED if one.window.is_morning == likes_morning else 1.0)
        for one in windows
    ]
    if not sum(weights):
        return None
    return rng.choices(windows, weights)[0]


def change_some(
    session: Session,
    since: date,
    changed_at: datetime,
    agenda: Agenda,
    site: Site,
    rng: random.Random,
) -> None:
    """Move a handful of appointments and cancel a few, all on dates from `since` on."""
    live = sa.select(Appointment).where(
        Appointment.status == AppointmentStatus.CONFIRMED,
        Appointment.date >= since,
        Appointment.booked_at < changed_at,
    )
    found = list(session.scalars(live.order_by(Appointment.id)))
    some = rng.sample(found, min(len(found) // 8, MOVED + CANCELLED))
    for number, appointment in enumerate(some):
        at = changed_at + timedelta(minutes=17 * number)
        go_out(session, at)
        circumstances = Circumstances(at, "customer", site)
        if number >= MOVED:
            actions.cancel(session, appointment, circumstances)
        else:
            _moved(session, appointment, circumstances, agenda, rng)


def _confirmed(
    session: Session,
    visit: Visit,
    chosen: OfferedWindow,
    circumstances: Circumstances,
    rng: random.Random,
    tell: Tell,
) -> bool:
    try:
        actions.confirm(session, visit, _choice(chosen, rng), circumstances, rng, tell)
    except (WindowTaken, NoLongerFits):
        return False
    return True


def _moved(
    session: Session,
    appointment: Appointment,
    circumstances: Circumstances,
    agenda: Agenda,
    rng: random.Random,
) -> None:
    offer = offer_for(session, appointment.visit, circumstances.now)
    chosen = choice_among(offer, agenda, rng, not_on=appointment.date)
    if chosen is None:
        return
    try:
        actions.move(session, appointment, _choice(chosen, rng), circumstances)
    except (WindowTaken, NoLongerFits):
        return


def _choice(chosen: OfferedWindow, rng: random.Random) -> Choice:
    return Choice(chosen.opening_id, f"demo-{rng.getrandbits(80):020x}")
