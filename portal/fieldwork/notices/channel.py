"""By what a message of the day travels: by text message to a mobile telephone, else by mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from portal.customers.correspondence import mail_to
from portal.customers.models import Customer
from portal.customers.texting import texted_at
from portal.messages.addresses import reply_address
from portal.messages.letter import Letter
from portal.messages.models import OutboxMessage
from portal.messages.outbox import can_be_mailed, enqueue
from portal.messages.sms import Sms, enqueue_sms
from portal.site import Site


def is_reached(customer: Customer) -> bool:
    """Return whether a message of the day reaches this customer at all."""
    return texted_at(customer) is not None or can_be_mailed(customer.email)


def text_message(
    session: Session,
    number: str,
    words: str,
    *,
    kind: str,
    about: str,
    now: datetime,
    due_at: datetime | None = None,
) -> OutboxMessage:
    """Put a text message to a mobile number in the outbox."""
    sms = Sms(kind=kind, about=about, recipient=number, text=words)
    return enqueue_sms(session, sms, now, due_at)


def mail(
    session: Session,
    customer: Customer,
    letter: Letter,
    *,
    kind: str,
    about: str,
    now: datetime,
    site: Site,
    due_at: datetime | None = None,
) -> OutboxMessage:
    """Put a letter in the outbox as a mail that the desk gets the answers to."""
    desk = reply_address(session, customer.id, customer.email or "", now, site=site)
    return enqueue(
        session, mail_to(customer, site, letter, kind=kind, about=about, desk=desk), now, due_at
    )
