"""Mails to test with."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from portal.calendar.invite import cancel, decline_counter, request
from portal.messages.compose import Invite, Mail, Mailbox, Method
from portal.messages.models import Medium
from portal.messages.parcel import Channel, Parcel
from portal.messages.sender import SendReport, send_due
from portal.site import Site
from tests.calendar.events import make_event

SITE = Site(
    base_url="https://afspraak.warmhuis.example",
    company_name="Warmhuis Onderhoud",
    company_phone="030 000 01 23",
    company_email="afspraak@warmhuis.example",
    company_hours="08:00-17:30",
)
PLAIN = Mail(
    kind="test",
    about="visit:17",
    sender=Mailbox("Warmhuis Onderhoud", "afspraak@warmhuis.example"),
    recipient=Mailbox("Zoë de Vries", "zoe@example.org"),
    subject="Afspraak bevestigd: één keer",
    text="Beste Zoë,\n\n.Een regel met een punt ervoor.\n",
    html="<!doctype html><html lang=nl><title>Eén</title><p>Beste Zoë</p></html>",
    language="nl",
)


def a_mail(**values: Any) -> Mail:
    return replace(PLAIN, **values)


def a_mail_with_invite(sequence: int = 0, method: Method = Method.REQUEST, **values: Any) -> Mail:
    event = make_event(sequence=sequence, summary="Onderhoud, één keer")
    made = {
        Method.REQUEST: lambda: request(event),
        Method.CANCEL: lambda: cancel(event, "De afspraak vervalt."),
        Method.DECLINECOUNTER: lambda: decline_counter(event, "Die tijd is niet vrij."),
    }
    return a_mail(invite=Invite(event.uid, sequence, method, made[method]()), **values)


def sent_by(channel: Channel, now: datetime) -> SendReport:
    """Send what is due, every medium by this one channel."""
    return send_due(now, dict.fromkeys(Medium, channel), SITE)


def handed_to(
    channel: Channel,
    raw: bytes,
    sender: str = "afspraak@warmhuis.example",
    recipient: str = "zoe@example.org",
) -> list[str]:
    """Hand a message over, without an outbox; return what was called before the last byte."""
    called: list[str] = []
    channel.send(Parcel("<x@y>", raw, sender, recipient), lambda: called.append("last byte"))
    return called
