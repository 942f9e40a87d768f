"""Customers' calendars in a mixed storm: they read the invites that were sent, and answer."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage, Message
from itertools import count
from mailbox import Maildir

import sqlalchemy as sa
from icalendar import Calendar

from portal.clock import system_time
from portal.database import transaction
from portal.messages.inbound.processing import store
from portal.messages.models import InboundMessage
from tools.storm.invariants import one_moment
from tools.storm.stage import Stage

AUTHSERV_ID = "mx.storm.example"
SETTINGS = {"TIJDVENSTER_AUTHSERV_ID": AUTHSERV_ID}
SAID = ("ACCEPTED", "DECLINED", "DECLINED", "COUNTER")
_numbers = count(1)


@dataclass
class Calendars:
    """The calendars of all customers; each mail is proven to be its sender's by our own server."""

    on: Stage
    rng: random.Random
    invites: list[Message] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def act(self) -> None:
        """Take in what was sent, and answer one of the newest invites, or again an old one."""
        self._take_in()
        if not self.invites:
            return
        newest = self.invites[-20:]
        invite = self.rng.choice(newest if self.rng.random() < 0.8 else self.invites)
        raw = answer_to(invite, self.rng.choice(SAID), system_time())
        with self.on.app.app_context(), transaction() as session:
            store(session, raw, "storm", system_time())

    def _take_in(self) -> None:
        box = Maildir(self.on.portal.place.folder / "data" / "outbox", create=True)
        for key in sorted(set(box.keys()) - self.seen):
            self.seen.add(key)
            mail = box[key]
            if event_of(mail) is not None:
                self.invites.append(mail)


def verdicts(on: Stage) -> dict[str, int]:
    """Return how many answers there were, by what came of them."""
    with one_moment(on.app) as session:
        found = sa.select(InboundMessage.verdict, sa.func.count())
        return dict(session.execute(found.group_by(InboundMessage.verdict)).all())


def event_of(mail: Message) -> Calendar | None:
    """Return the invite in a mail, None when there is none that asks to come."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            body = part.get_payload(decode=True)
            assert isinstance(body, bytes)
            calendar = Calendar.from_ical(body)
            return calendar if calendar["METHOD"] == "REQUEST" else None
    return None


def answer_to(invite: Message, said: str, now: datetime) -> bytes:
    """Return the mail in which a calendar answers an invite: yes, no, or another time."""
    calendar = event_of(invite)
    assert calendar is not None
    event = calendar.walk("VEVENT")[0]
    attendee = str(event["ATTENDEE"]).removeprefix("mailto:")
    mail = EmailMessage()
    domain = attendee.rpartition("@")[2]
    mail["Authentication-Results"] = f"{AUTHSERV_ID}; dmarc=pass header.from={domain}"
    mail["From"], mail["To"] = attendee, str(event["ORGANIZER"]).removeprefix("mailto:")
    mail["Subject"], mail["Message-ID"] = said.title(), f"<{next(_numbers)}@{domain}>"
    mail.set_content(said)
    method = "COUNTER" if said == "COUNTER" else "REPLY"
    mail.add_alternative(
        answered(calendar, said, now).replace(b"METHOD:REQUEST", f"METHOD:{method}".encode()),
        maintype="text", subtype="calendar", params={"method": method, "charset": "utf-8"},
    )  # fmt: skip
    return mail.as_bytes()


def answered(calendar: Calendar, said: str, now: datetime) -> bytes:
    """Return the event with the attendee's answer in it, a proposed time an hour later."""
    event = calendar.walk("VEVENT")[0]
    event["ATTENDEE"].params["PARTSTAT"] = "TENTATIVE" if said == "COUNTER" else said
    del event["DTSTAMP"]
    event.add("DTSTAMP", now)
    if said == "COUNTER":
        for name in ("DTSTART", "DTEND"):
            moment = event.decoded(name) + timedelta(hours=1)
            del event[name]
            event.add(name, moment)
    return bytes(calendar.to_ical())
