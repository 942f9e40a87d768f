"""Mails to test with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from portal.calendar.invite import cancel, request
from portal.messages.compose import Invite, Mail, Mailbox, Method
from tests.calendar.events import make_event

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
    ics = request(event) if method is Method.REQUEST else cancel(event, "De afspraak vervalt.")
    return a_mail(invite=Invite(event.uid, sequence, method, ics), **values)
