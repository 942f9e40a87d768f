"""Tables: invitation, appointment and what is told of it, selection, waiting list, repeats."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.customers.models import ALL_WEEKDAYS, Channel, DayPart, Visit
from portal.database import Base, enum_column
from portal.planning.models import Opening

LIVE = sa.text("status = 'confirmed'")
OPEN = sa.text("state = 'open'")
WAITING = sa.text("state IN ('waiting', 'offered')")


class InvitationState(Enum):
    """Whether a link may still be used."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"


class AppointmentStatus(Enum):
    """What became of an appointment."""

    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    DONE = "done"
    NOT_AT_HOME = "not_at_home"  # we were at the door; its visit waits for another window
    UNFINISHED = "unfinished"  # begun; another visit follows it


class CalendarAnswer(Enum):
    """What the customer's own calendar answered to the invite."""

    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Invitation(Base):
    """The request to plan a visit. Its link carries a signature over id and link version."""

    __tablename__ = "invitations"
    __table_args__ = (
        sa.Index(
            "uq_invitations_open_visit",
            "visit_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        sa.Index("ix_invitations_state_invited_at", "state", "invited_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    link_version: Mapped[int] = mapped_column(default=1)
    channel: Mapped[Channel] = mapped_column(enum_column(Channel))
    state: Mapped[InvitationState] = mapped_column(
        enum_column(InvitationState), default=InvitationState.OPEN
    )
    invited_at: Mapped[datetime]
    deadline_on: Mapped[date]
    reminded_at: Mapped[datetime | None]  # of planning, once

    visit: Mapped[Visit] = relationship()


class Appointment(Base):
    """A visit with a confirmed window, as the customer knows it; its stop is the witness."""

    __tablename__ = "appointments"
    __table_args__ = (
        sa.Index(
            "uq_appointments_live_visit",
            "visit_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        sa.CheckConstraint("window_start < window_end", name="starts_before_it_ends"),
        sa.Index("ix_appointments_date", "date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    reference: Mapped[str] = mapped_column(sa.String(16), unique=True)
    uid: Mapped[str] = mapped_column(sa.String(120), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    status: Mapped[AppointmentStatus] = mapped_column(
        enum_column(AppointmentStatus), default=AppointmentStatus.CONFIRMED
    )
    date: Mapped[date]
    window_start: Mapped[time]
    window_end: Mapped[time]
    booked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    booked_by: Mapped[str] = mapped_column(sa.String(80))
    answer: Mapped[CalendarAnswer] = mapped_column(
        enum_column(CalendarAnswer), default=CalendarAnswer.NONE
    )
    answer_stamp: Mapped[datetime | None]  # DTSTAMP of the last answer that counted

    visit: Mapped[Visit] = relationship()


class TellingKind(Enum):
    """What the clock lets us tell about an appointment."""

    REMINDER = "reminder"  # some days before the visit
    ESTIMATE = "estimate"  # on the morning of the visit


class Telling(Base):
    """That an appointment's window had its turn to be told of: each kind once for each window."""

    __tablename__ = "tellings"

    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("appointments.id"), primary_key=True)
    kind: Mapped[TellingKind] = mapped_column(enum_column(TellingKind), primary_key=True)
    date: Mapped[date] = mapped_column(primary_key=True)
    window_start: Mapped[time] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]


class BrokenBecause(Enum):
    """Why an appointment that was promised cannot be kept."""

    STAFF = "staff"  # too few technicians that day
    REGION = "region"  # the neighbourhood cannot be reached that day
    OVERRUN = "overrun"  # earlier work took longer
    MISTAKE = "mistake"  # ours, in the planning


class Apology(Base):
    """A promise that we could not keep: which one, why, and the colleague who owns it."""

    __tablename__ = "apologies"

    id: Mapped[int] = mapped_column(primary_key=True)
    appointment_id: Mapped[int] = mapped_column(sa.ForeignKey("appointments.id"), unique=True)
    reason: Mapped[BrokenBecause] = mapped_column(enum_column(BrokenBecause))
    made_at: Mapped[datetime]
    owner: Mapped[str] = mapped_column(sa.String(80))

    appointment: Mapped[Appointment] = relationship()


class SelectionState(Enum):
    """What became of several ticked windows."""

    OPEN = "open"
    CHOSEN = "chosen"
    WITHDRAWN = "withdrawn"
    BROKEN = "broken"  # none could be kept: a broken promise, with an apology


class Selection(Base):
    """Several windows that all suit a customer; one of them is confirmed at a stated moment."""

    __tablename__ = "selections"
    __table_args__ = (
        sa.Index(
            "uq_selections_open_visit",
            "visit_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        sa.Index("ix_selections_state_decide_at", "state", "decide_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    state: Mapped[SelectionState] = mapped_column(
        enum_column(SelectionState), default=SelectionState.OPEN
    )
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(sa.String(80))
    decide_at: Mapped[datetime]

    visit: Mapped[Visit] = relationship()
    openings: Mapped[list[Opening]] = relationship(
        secondary="selected_openings",
        order_by="(Opening.date, Opening.window_start)",
    )


class SelectedOpening(Base):
    """One of the windows of a selection."""

    __tablename__ = "selected_openings"

    selection_id: Mapped[int] = mapped_column(sa.ForeignKey("selections.id"), primary_key=True)
    opening_id: Mapped[int] = mapped_column(
        sa.ForeignKey("openings.id"), primary_key=True, index=True
    )


class WaitingState(Enum):
    """Where somebody on the waiting list stands."""

    WAITING = "waiting"
    OFFERED = "offered"
    SERVED = "served"
    WITHDRAWN = "withdrawn"
    OVER = "over"  # the last wished date has passed


class WaitingRequest(Base):
    """The wish to be told when a window between two dates comes free."""

    __tablename__ = "waiting_requests"
    __table_args__ = (
        sa.Index(
            "uq_waiting_requests_waiting_visit",
            "visit_id",
            unique=True,
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        sa.CheckConstraint("first_on <= last_on", name="begins_before_it_ends"),
        sa.CheckConstraint("weekdays BETWEEN 1 AND 127", name="weekdays_are_bits"),
        sa.Index("ix_waiting_requests_state", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), index=True)
    state: Mapped[WaitingState] = mapped_column(
        enum_column(WaitingState), default=WaitingState.WAITING
    )
    first_on: Mapped[date]
    last_on: Mapped[date]
    part: Mapped[DayPart] = mapped_column(enum_column(DayPart), default=DayPart.ANY)
    weekdays: Mapped[int] = mapped_column(default=ALL_WEEKDAYS)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(sa.String(80))

    visit: Mapped[Visit] = relationship()


class WaitingOfferState(Enum):
    """What became of a freed window that was kept for somebody."""

    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"
    LAPSED = "lapsed"


class WaitingOffer(Base):
    """A freed window, kept until a moment for one person on the waiting list."""

    __tablename__ = "waiting_offers"
    __table_args__ = (
        sa.Index(
            "uq_waiting_offers_open_request",
            "request_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(sa.ForeignKey("waiting_requests.id"), index=True)
    opening_id: Mapped[int] = mapped_column(sa.ForeignKey("openings.id"), index=True)
    state: Mapped[WaitingOfferState] = mapped_column(
        enum_column(WaitingOfferState), default=WaitingOfferState.OPEN
    )
    offered_at: Mapped[datetime]
    held_until: Mapped[datetime]

    request: Mapped[WaitingRequest] = relationship()
    opening: Mapped[Opening] = relationship()


class KeptAnswer(Base):
    """What was answered to a form with an idempotency key, so that a repeat gets the same."""

    __tablename__ = "kept_answers"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    request_hash: Mapped[str] = mapped_column(sa.String(64))
    answer: Mapped[str] = mapped_column(sa.String(200))
    kept_at: Mapped[datetime] = mapped_column(index=True)
