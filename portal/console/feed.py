"""The coming days for a planner's calendar: how full each one is, and nothing about any person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.access.models import StaffMember
from portal.booking.models import Appointment, AppointmentStatus
from portal.calendar.feeds import Feed, FeedEvent, derived_uid
from portal.planning.models import DayPlan, Stop
from portal.regions.models import Branch
from portal.site import Site
from portal.texts import plural, text

DAYS_BACK = timedelta(days=14)
DAYS_AHEAD = timedelta(days=60)
ONE_DAY = timedelta(days=1)
# Unfinished work stands on the board too: the technician was there.
DRIVEN = (AppointmentStatus.CONFIRMED, AppointmentStatus.DONE, AppointmentStatus.UNFINISHED)


@dataclass(frozen=True, slots=True)
class ToldDay:
    """A day of a branch as its summary tells it."""

    on: date
    slug: str
    branch: str
    visits: int
    technicians: int
    changed: datetime
    solved_at: datetime | None


def planner_of(session: Session, staff_id: int | None) -> StaffMember | None:
    """Return the account of somebody who still plans here, or None."""
    return session.scalar(
        sa.select(StaffMember).where(
            StaffMember.id == staff_id,
            StaffMember.active,
            StaffMember.role.in_((Role.PLANNER, Role.ADMINISTRATOR)),
        )
    )


def planner_feed(
    session: Session, uid: str, site: Site, today: date, page: Callable[[str, date], str]
) -> Feed:
    """Return each branch's days with visits, 14 days back to 60 ahead; `page` is a board's address.

    In the language of `spoken_to`. `uid` is what the days' own names are derived from.
    """
    return Feed(
        name=text("Day plans of %(company)s", company=site.company_name),
        organizer_name=site.company_name,
        organizer_email=site.company_email,
        events=tuple(_event(day, uid, page(day.slug, day.on)) for day in told_days(session, today)),
    )


def told_days(session: Session, today: date) -> list[ToldDay]:
    """Return the days on which there are booked visits, in one query."""
    rows = session.execute(
        sa.select(
            DayPlan.date,
            Branch.slug,
            Branch.name,
            sa.func.count(sa.distinct(Stop.id)),
            sa.func.count(sa.distinct(Stop.technician_id)),
            sa.func.max(Appointment.changed_at),
            DayPlan.solved_at,
        )
        .join(DayPlan.branch)
        .join(DayPlan.stops)
        .join(Appointment, Appointment.visit_id == Stop.visit_id)
        .where(
            Stop.held_until.is_(None),
            Appointment.status.in_(DRIVEN),
            DayPlan.date.between(today - DAYS_BACK, today + DAYS_AHEAD),
        )
        .group_by(DayPlan.id, Branch.id)
        .order_by(DayPlan.date, Branch.id)
    )
    return [ToldDay(*row) for row in rows]


def _event(day: ToldDay, uid: str, page: str) -> FeedEvent:
    visits = plural("%(num)s visit", "%(num)s visits", day.visits)
    technicians = plural("%(num)s technician", "%(num)s technicians", day.technicians)
    return FeedEvent(
        uid=derived_uid("day", uid, day.slug, day.on.isoformat()),
        sequence=0,
        changed=max(day.changed, day.solved_at or day.changed),
        start=day.on,
        end=day.on + ONE_DAY,
        summary=f"{day.branch}: {visits}, {technicians}",
        location="",
        description=text("The routes: %(page)s", page=page),
        url=page,
        is_busy=False,
    )
