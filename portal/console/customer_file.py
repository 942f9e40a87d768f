"""Everything that is known about one customer, on one page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.booking.models import (
    Appointment,
    AppointmentStatus,
    Invitation,
    InvitationState,
    Selection,
)
from portal.booking.policy import may_change, may_override
from portal.console.audit import Happening, actor_names, happenings
from portal.console.inbox import Received, mails_of
from portal.console.selections import open_selections
from portal.customers.models import Address, Boiler, Customer, Visit, VisitState
from portal.messages.models import OutboxMessage, Stage


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message about the customer or one of the visits."""

    subject: str
    recipient: str
    queued_at: datetime
    sent_at: datetime | None
    stage: Stage


@dataclass(frozen=True, slots=True)
class VisitFile:
    """One visit with its invitation and appointments, the newest first.

    `may_override` says that a planner may change it who gives a reason; `selection` is what was
    ticked and waits for its moment.
    """

    visit: Visit
    invitation: Invitation | None
    appointments: tuple[Appointment, ...]
    may_change: bool
    may_override: bool
    selection: Selection | None = None

    @property
    def live(self) -> Appointment | None:
        """The appointment that stands, or None."""
        return next(
            (one for one in self.appointments if one.status is AppointmentStatus.CONFIRMED), None
        )

    @property
    def may_book(self) -> bool:
        """Whether a window can be chosen for it."""
        address = self.visit.address
        has_place = address.lat is not None and address.region_id is not None
        return self.visit.state is VisitState.OPEN and self.live is None and has_place

    @property
    def needs_place(self) -> bool:
        """Whether it waits until somebody completes its address."""
        address = self.visit.address
        return address.lat is None or address.lon is None or address.region_id is None


@dataclass(frozen=True, slots=True)
class CustomerFile:
    """A customer with visits (soonest due first), messages and what was done (newest first)."""

    customer: Customer
    visits: tuple[VisitFile, ...]
    messages: tuple[SentMessage, ...]
    history: tuple[Happening, ...]
    booked_by: dict[str, str]
    mails: tuple[Received, ...] = ()

    def visits_of(self, boiler: Boiler) -> tuple[VisitFile, ...]:
        """Return the visits of one boiler."""
        return tuple(one for one in self.visits if one.visit.boiler_id == boiler.id)


def customer_file(session: Session, customer_id: int, now: datetime) -> CustomerFile | None:
    """Return the customer's file, or None when there is no such customer.

    A fixed number of queries, whatever the number of boilers and visits.
    """
    customer = session.scalar(
        sa.select(Customer)
        .where(Customer.id == customer_id)
        .options(
            selectinload(Customer.addresses)
            .selectinload(Address.boilers)
            .selectinload(Boiler.visits),
            selectinload(Customer.addresses).joinedload(Address.region),
        )
    )
    if customer is None:
        return None
    boilers = (boiler for address in customer.addresses for boiler in address.boilers)
    visits = [visit for boiler in boilers for visit in boiler.visits]
    about = [f"visit:{visit.id}" for visit in visits]
    files = _visit_files(session, visits, now)
    booked_by = [one.booked_by for file in files for one in file.appointments]
    return CustomerFile(
        customer=customer,
        visits=files,
        messages=_messages(session, [*about, f"customer:{customer.id}"]),
        history=happenings(session, [*about, f"customer:{customer.id}"]),
        booked_by=actor_names(session, booked_by),
        mails=mails_of(session, customer.id),
    )


def _visit_files(session: Session, visits: Sequence[Visit], now: datetime) -> tuple[VisitFile, ...]:
    ids = [visit.id for visit in visits]
    appointments: defaultdict[int, list[Appointment]] = defaultdict(list)
    for one in session.scalars(
        sa.select(Appointment).where(Appointment.visit_id.in_(ids)).order_by(Appointment.id.desc())
    ):
        appointments[one.visit_id].append(one)
    invitations = {
        one.visit_id: one
        for one in session.scalars(
            sa.select(Invitation).where(
                Invitation.visit_id.in_(ids), Invitation.state == InvitationState.OPEN
            )
        )
    }
    selections = open_selections(session, ids)
    files = (
        _visit_file(visit, invitations.get(visit.id), appointments[visit.id], now)
        for visit in sorted(visits, key=lambda one: (one.due_on, one.id))
    )
    return tuple(replace(one, selection=selections.get(one.visit.id)) for one in files)


def _visit_file(
    visit: Visit, invitation: Invitation | None, found: Sequence[Appointment], now: datetime
) -> VisitFile:
    live = next((one for one in found if one.status is AppointmentStatus.CONFIRMED), None)
    return VisitFile(
        visit,
        invitation,
        tuple(found),
        may_change=live is not None and may_change(live.date, now),
        may_override=live is not None and may_override(live.date, now),
    )


def _messages(session: Session, about: Collection[str]) -> tuple[SentMessage, ...]:
    rows = session.execute(
        sa.select(
            OutboxMessage.subject,
            OutboxMessage.recipient,
            OutboxMessage.queued_at,
            OutboxMessage.sent_at,
            OutboxMessage.stage,
        )
        .where(OutboxMessage.about.in_(about))
        .order_by(OutboxMessage.queued_at.desc(), OutboxMessage.id.desc())
    )
    return tuple(SentMessage(*row) for row in rows)
