"""What invented customers wrote back: the desk's list of mail is not empty in the demo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.inbound.acting import handle
from portal.booking.models import Appointment, AppointmentStatus
from portal.customers.models import Customer
from portal.database import transaction
from portal.messages.addresses import reply_address
from portal.messages.inbound.processing import read_new, store, us_from
from portal.messages.inbound.reading import read
from portal.messages.outbox import can_be_mailed
from portal.settings import current_settings
from portal.site import Site

SOURCE = "demo"


@dataclass(frozen=True)
class Note:
    """What somebody wrote, so long ago; `is_automatic` when nobody typed it."""

    before: timedelta
    subject: str
    words: str
    is_automatic: bool = False


# Customers write as they write; these are no texts of the portal.
NOTES = (
    Note(
        timedelta(hours=3),
        "Re: Afspraak bevestigd",
        "Goedemorgen,\n\nKan de monteur ook even naar de thermostaat kijken? Die geeft soms een"
        " foutcode.\n\nAlvast bedankt!",
    ),
    Note(
        timedelta(hours=20),
        "Re: Afspraak bevestigd",
        "Hallo,\n\nU kunt bij ons niet voor de deur parkeren. Om de hoek is wel plaats.",
    ),
    Note(
        timedelta(days=1, hours=2),
        "Afwezig: Re: Afspraak bevestigd",
        "Ik ben er deze week niet. Maandag lees ik mijn mail weer.",
        is_automatic=True,
    ),
    Note(
        timedelta(days=1, hours=5),
        "Re: Afspraak verzet",
        "Fijn dat het zo makkelijk te verzetten was. De hond zit die dag in de tuin.",
    ),
)


def receive_some(now: datetime, site: Site, signing_key: str) -> int:
    """Let some customers with an appointment have written; return how many mails were read."""
    with transaction() as session:
        writers = _writers(session, len(NOTES))
        for customer, note in zip(writers, NOTES, strict=False):
            store(session, _raw(session, customer, note, now, site), SOURCE, now - note.before)
    us = us_from(current_settings())
    reader = partial(
        read, company_email=us.company_email, authserv_id=us.authserv_id, bounce_name=us.bounce_name
    )
    return read_new(now, partial(handle, site=site, signing_key=signing_key), reader).done


def _writers(session: Session, number: int) -> Sequence[Customer]:
    live = sa.select(Appointment).where(Appointment.status == AppointmentStatus.CONFIRMED)
    found: dict[int, Customer] = {}
    for appointment in session.scalars(live.order_by(Appointment.date, Appointment.id)):
        customer = appointment.visit.customer
        if can_be_mailed(customer.email) and customer.locale == "nl":
            found.setdefault(customer.id, customer)
        if len(found) == number:
            break
    return list(found.values())


def _raw(session: Session, customer: Customer, note: Note, now: datetime, site: Site) -> bytes:
    email = customer.email or ""
    mail = EmailMessage()
    mail["From"] = email
    mail["To"] = reply_address(session, customer.id, email, now, site=site)
    mail["Date"] = format_datetime(now - note.before)
    mail["Subject"] = note.subject
    if note.is_automatic:
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(f"{note.words}\n\n{customer.name}\n")
    return mail.as_bytes()
