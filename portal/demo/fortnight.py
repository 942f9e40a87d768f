"""The ten working days behind us: customers who were served, and what came of it.

Everything is done by the portal's own actions at its own moment, like the season. Windows on past
days are opened and chosen as if it were some weeks ago: no rule stands in the way, since rules take
the moment as an argument. Three things are not as they would have been:

- It is played after the season, though it came before it. So nobody in the season can choose a
  window of a past day that stayed free, and the season's choices do not depend on the fortnight.
- What was written before the fortnight (invitations, confirmations) is not there, nor are
  reminders: their mails would cost as much time as all the rest.
- What was written in the fortnight stands in the outbox as sent, and nobody sent it: see `sent`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.booking.circumstances import Circumstances
from portal.booking.models import Appointment
from portal.clock import local_date
from portal.customers.actions import import_customers
from portal.customers.importing import CustomerRow
from portal.customers.models import Address, Boiler, Channel, Customer, Visit, VisitReason
from portal.database import transaction
from portal.demo.actors import colleague
from portal.demo.bookings import Agenda, answer
from portal.demo.branch import demo_branch, demo_rows
from portal.demo.driven import Driver
from portal.demo.households import rows_due_before
from portal.demo.opinions import ask_and_answer
from portal.demo.past import ONE_DAY, Answer, at_clock, awake, calls_of, days_worked, invited_at
from portal.demo.season import FULL_SIZE, Season
from portal.fieldwork.renewing import invited
from portal.planning.openings import open_windows
from portal.site import Site

SERVED = 46  # visits in a demo of full size
FEWEST_SERVED = 11
INVITED_BEFORE = timedelta(days=15)  # the fortnight began
ANSWERED_WITHIN = timedelta(days=11)
ONE_MINUTE = timedelta(minutes=1)
SOON = ((6, 40.0), (12, 4.0))  # whoever waits once more chooses a near day
CHOSE_AGAIN = (time(19, 40), time(20, 25))  # in the evening of the day on which we were there


def live_through(season: Season) -> None:
    """Let the fortnight happen: customers were there, chose, were served, and said what of it."""
    days = days_worked(season.calendar, season.today)
    rng = random.Random(f"fortnight of {season.today}")
    several = max(FEWEST_SERVED, round(SERVED * season.size / FULL_SIZE))
    _book(season, days, several, rng)
    driver = Driver(season.branch_id, season.site, season.signing_key, rng)
    for day in days:
        driver.drive(day)
    _choose_again(season, driver.not_at_home[:1], rng)
    ask_and_answer(season, days[0], rng)


def _book(season: Season, days: Sequence[date], several: int, rng: random.Random) -> None:
    """Let the customers of the fortnight be known, be invited and choose; open what they need."""
    known = demo_rows(season.size, season.today)
    rows = rows_due_before(several, known, season.today, rng)
    first_on = days[0]
    asked_at = invited_at(season.calendar, season.region_ids, first_on - INVITED_BEFORE)
    with transaction() as session:
        branch, planner = demo_branch(session), colleague(session, Role.PLANNER)
        import_customers(session, branch, rows, asked_at)
        open_windows(session, branch, first_on, days[-1], opened_by=planner)
        visits = _visits_of(session, rows)
        answers = list(_answers(session, season, visits, asked_at, rng))
        agenda = Agenda(days, 1.0, ((len(days), several / len(days) + 1),))
        answer(session, answers, agenda, season.site, rng, tell=_tell_nobody)


def _answers(
    session: Session,
    season: Season,
    visits: Sequence[Visit],
    asked_at: datetime,
    rng: random.Random,
) -> Iterator[Answer]:
    """Yield who planned when: customers with mail by their invitation, the others by telephone."""
    planner, desk = colleague(session, Role.PLANNER), colleague(session, Role.DESK)
    callers = []
    for visit in visits:
        if visit.customer.channel is not Channel.MAIL:
            callers.append(visit.id)
            continue
        invited(session, visit, Circumstances(asked_at, planner, season.site))
        at = asked_at + timedelta(minutes=rng.randrange(ANSWERED_WITHIN // ONE_MINUTE))
        yield Answer(awake(at, rng), visit.id, "customer")
    asked_on = local_date(asked_at)
    days = (asked_on + ONE_DAY, asked_on + ANSWERED_WITHIN)
    yield from calls_of(callers, season.calendar, days, desk, rng)


def _choose_again(season: Season, not_at_home: Sequence[int], rng: random.Random) -> None:
    """Let the first whom we did not meet, and the first with work left, choose another window."""
    with transaction() as session:
        left = sa.select(Visit.id).where(Visit.reason == VisitReason.UNFINISHED).order_by(Visit.id)
        visit_ids = [*not_at_home, *session.scalars(left.limit(1))]
        answers = [
            Answer(at_clock(_last_visited(session, visit_id), clock), visit_id, "customer")
            for visit_id, clock in zip(visit_ids, CHOSE_AGAIN, strict=False)
        ]
        past = [one for one in answers if one.at < season.now]
        soon = Agenda(season.agenda.workdays, 1.0, SOON)
        answer(session, past, soon, season.site, rng)


def _last_visited(session: Session, visit_id: int) -> date:
    """Return when somebody was last there for the boiler of a visit."""
    boiler = sa.select(Visit.boiler_id).where(Visit.id == visit_id).scalar_subquery()
    last = sa.select(sa.func.max(Appointment.date)).join(Appointment.visit)
    return session.scalars(last.where(Visit.boiler_id == boiler)).one()


def _visits_of(session: Session, rows: Sequence[CustomerRow]) -> Sequence[Visit]:
    numbers = [row.customer_number for row in rows]
    return session.scalars(
        sa.select(Visit)
        .join(Visit.boiler)
        .join(Boiler.address)
        .join(Address.customer)
        .where(Customer.number.in_(numbers))
        .order_by(Visit.id)
    ).all()


def _tell_nobody(session: Session, appointment: Appointment, now: datetime, *, site: Site) -> None:
    """Write nothing: what was told before the fortnight is not kept."""
