"""The weeks before the demo begins, played again: windows, waves, answers, calls, changes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.campaigns.actions import Sending, select, send_wave
from portal.customers.models import Address, Boiler, Channel, Customer, CustomerKind, Visit
from portal.database import db, transaction
from portal.demo import letters
from portal.demo.actors import colleague
from portal.demo.bookings import Agenda, answer, change_some
from portal.demo.branch import demo_branch
from portal.demo.past import LOOKED_BACK, Answer, answers_of, calls_of, in_the_past, wave_moments
from portal.planning.openings import open_windows
from portal.regions.branch_calendar import BranchCalendar
from portal.regions.models import Region
from portal.regions.queries import branch_calendar, regions_of_branch
from portal.site import Site

FULL_SIZE = 540  # boilers for which the wished numbers of visits were chosen
# Opened one after the other, so that what is due now finds its place soon.
FAR = timedelta(weeks=9)
STRETCHES = (timedelta(days=10), timedelta(days=22), FAR)
INVITED_SHARE = 0.036  # of all boilers, for each of five regions and three waves
CALLED_SHARE = 0.4  # of those without mail: for so many the desk has planned a visit
INSTITUTION_SHARE = 0.35
CHANGED_DAYS_AGO = 1
CHANGED_FROM = timedelta(days=3)  # a near appointment may no longer be changed online


@dataclass(frozen=True)
class Season:
    """What is needed to play: when it is now, who does things, and how full it should become."""

    now: datetime
    today: date
    branch_id: int
    region_ids: tuple[int, ...]
    calendar: BranchCalendar
    site: Site
    signing_key: str
    size: int
    agenda: Agenda
    rng: random.Random


def season_of(
    session: Session, now: datetime, today: date, size: int, site: Site, signing_key: str
) -> Season:
    """Return the season of the demo's branch up to `now`; the same day gives the same choices."""
    branch = demo_branch(session)
    calendar = branch_calendar(session, branch.id, today - LOOKED_BACK, today + FAR)
    ahead = [day for day in calendar.workdays() if day >= today]
    return Season(
        now=now,
        today=today,
        branch_id=branch.id,
        region_ids=tuple(region.id for region in regions_of_branch(session, branch.id)),
        calendar=calendar,
        site=site,
        signing_key=signing_key,
        size=size,
        agenda=Agenda(ahead, size / FULL_SIZE),
        rng=random.Random(f"season of {today}"),
    )


def play(season: Season) -> None:
    """Let it all happen in order of time: windows open, people are asked, answer, move."""
    waves = wave_moments(season.calendar, season.region_ids, season.today)
    with transaction() as session:
        _open(session, season)
    waiting = list(_calls(db.session(), season, waves[0].date()))
    for sent_at, until in pairwise([*waves, season.now]):
        invited = _wave(season, sent_at)
        waiting += answers_of(invited, sent_at, season.now, season.rng)
        with transaction() as session:
            come = [one for one in waiting if one.at < until]
            answer(session, come, season.agenda, season.site, season.rng)
        waiting = [one for one in waiting if one.at >= until]
    with transaction() as session:
        changed_at = in_the_past(season.now, CHANGED_DAYS_AGO)
        since = season.today + CHANGED_FROM
        change_some(session, since, changed_at, season.agenda, season.site, season.rng)
    by = colleague(db.session(), Role.PLANNER)
    db.session.rollback()
    sending = Sending(season.now, by, season.site, season.signing_key)
    letters.write_some(sending, season.region_ids, season.today)


def _open(session: Session, season: Season) -> None:
    branch = demo_branch(session)
    by = colleague(session, Role.PLANNER)
    for stretch in STRETCHES:
        last_on = season.today + stretch
        open_windows(session, branch, season.today, last_on, opened_by=by)


def _wave(season: Season, sent_at: datetime) -> list[int]:
    """Invite in every region and return the visits that were asked."""
    by = colleague(db.session(), Role.PLANNER)
    sending = Sending(sent_at, by, season.site, season.signing_key)
    invited: list[int] = []
    for region_id in season.region_ids:
        region = db.session.get_one(Region, region_id)
        wanted = max(3, round(season.size * INVITED_SHARE))
        selection = select(db.session(), region, wanted, sent_at)
        invited += send_wave(region_id, selection, sending).visit_ids
    return invited


def _calls(session: Session, season: Season, first_on: date) -> Iterator[Answer]:
    """Yield the calls of people without mail, and the institution's: many visits in one call."""
    days = (first_on, season.today - timedelta(days=1))
    by = colleague(session, Role.DESK)
    singles = _some(_reached_otherwise(session, is_institution=False), CALLED_SHARE, season)
    yield from calls_of(singles, season.calendar, days, by, season.rng)
    flats = _some(_reached_otherwise(session, is_institution=True), INSTITUTION_SHARE, season)
    for call in calls_of(flats[:1], season.calendar, days, by, season.rng):
        for number, visit_id in enumerate(flats):
            yield Answer(call.at + timedelta(seconds=40 * number), visit_id, by)


def _reached_otherwise(session: Session, *, is_institution: bool) -> list[int]:
    """Return the visits of those who get no mail, the soonest due first."""
    institution = Customer.kind == CustomerKind.INSTITUTION
    wanted = (
        sa.select(Visit.id)
        .join(Boiler, Boiler.id == Visit.boiler_id)
        .join(Address, Address.id == Boiler.address_id)
        .join(Customer, Customer.id == Address.customer_id)
        .where(Customer.channel != Channel.MAIL)
        .where(institution if is_institution else ~institution)
        .order_by(Visit.due_on, Visit.id)
    )
    return list(session.scalars(wanted))


def _some(visit_ids: Sequence[int], share: float, season: Season) -> list[int]:
    return season.rng.sample(visit_ids, round(len(visit_ids) * share)) if visit_ids else []
