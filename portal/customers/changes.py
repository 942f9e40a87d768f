"""What a customer, or a colleague for them, changes in what we know: told, corrected, erased.

Each change stands in the audit trail by the names of its fields, never with what they hold. What
was said here is not overwritten by an import that knows no better.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.access.actions import record
from portal.customers import notices
from portal.customers.models import Channel, Customer, CustomerKind, DayPart, Preferences
from portal.site import Site

# Of these the address that we knew is told: with them somebody else could take the customer's
# place, or keep our messages from arriving.
TOLD_BY_MAIL = ("name", "surname", "email", "phone", "channel")


@dataclass(frozen=True, slots=True)
class Change:
    """When and by whom something is changed, and in whose name the customer is told."""

    now: datetime
    by: str
    site: Site


def change_customer(
    session: Session, customer: Customer, values: Mapping[str, object], change: Change
) -> tuple[str, ...]:
    """Change these columns of a customer; return the names of those that say something else now.

    Without a mail address nobody is reached by mail: then letters take over.
    """
    values = dict(values)
    has_mail = values.get("email", customer.email)
    if not has_mail and values.get("channel", customer.channel) is Channel.MAIL:
        values["channel"] = Channel.LETTER
    fields = tuple(name for name, value in values.items() if getattr(customer, name) != value)
    if not fields:
        return ()
    old_email = customer.email
    for name in fields:
        setattr(customer, name, values[name])
    customer.told = " ".join(sorted({*customer.told.split(), *fields}))
    _record(session, customer, "customer.changed", change, {"fields": sorted(fields)})
    told = [name for name in TOLD_BY_MAIL if name in fields]
    if told:
        notices.details_changed(session, customer, told, old_email, change.now, site=change.site)
    session.flush()
    return fields


def tell_wishes(
    session: Session, customer: Customer, part: DayPart, weekdays: int, change: Change
) -> None:
    """Keep which times the customer likes best; from now on we assume nothing about that."""
    wishes = session.get(Preferences, customer.id)
    if wishes is None:
        wishes = Preferences(customer_id=customer.id)
        session.add(wishes)
    elif (wishes.part, wishes.weekdays) == (part, weekdays):
        return
    wishes.part, wishes.weekdays, wishes.told_at = part, weekdays, change.now
    _record(session, customer, "preferences.told", change)


def forget_wishes(session: Session, customer: Customer, change: Change) -> None:
    """Erase which times the customer likes, and what kind of customer we took them for."""
    wishes = session.get(Preferences, customer.id)
    if wishes is not None:
        session.delete(wishes)
        _record(session, customer, "preferences.erased", change)
    change_customer(session, customer, {"kind": CustomerKind.UNKNOWN}, change)


def _record(
    session: Session,
    customer: Customer,
    action: str,
    change: Change,
    detail: Mapping[str, object] | None = None,
) -> None:
    record(
        session,
        actor=change.by,
        action=action,
        subject=f"customer:{customer.id}",
        now=change.now,
        detail=detail,
    )
