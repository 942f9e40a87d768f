"""Customers who answer from Thunderbird: invited, moved, cancelled; their answers mailed back.

The portal writes its mails, Thunderbird takes their calendar part and answers by SMTP, the answer
gets the line that our own mail server would add, and the portal reads it. In the end both must
say the same of every appointment.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from statistics import quantiles

import sqlalchemy as sa

from portal.booking import actions
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.offering.offers import offer_for
from portal.clock import AMSTERDAM, local_date, system_time
from portal.database import db, transaction
from portal.messages.inbound.processing import store
from portal.messages.models import OutboxMessage
from portal.site import current_site
from portal.timetable import read_inbound
from tools.peers.demo_run import AUTHSERV_ID, DemoRun, mailed_calendars
from tools.peers.home import Home
from tools.peers.result import Result, absent, counted
from tools.peers.thunderbird import Thunderbird, thunderbird, version
from tools.storm.mail_sink import Sink, mail_sink

BOOKINGS = 50
NOT_SOON = timedelta(days=4)  # a no on the day before is for a person
REPLY_S = 20.0
SLOWEST_S = 10.0
CHECK = "round trip"
ACCEPT = "imipAcceptButton"
YES, NO, CANCELS = "ACCEPTED", "DECLINED", ""


@dataclass
class Trip:
    """What happens between the portal and one Thunderbird; `seconds` each answer took."""

    program: Thunderbird
    sink: Sink
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    handled: int = 0

    def receive(self, appointment: Appointment, answer: str) -> None:
        """Let the customer open the newest mail and press a button; take the answer in."""
        [(ics, method), sender] = newest(appointment.uid)
        me = str(appointment.visit.customer.email)
        before = len(self.sink.taken)
        pressed = CANCELS if method == "CANCEL" else answer
        seen = self.program.process(ics, method, sender, me, pressed)
        self.handled += 1
        if method == "CANCEL":  # who said no at once may have nothing left to take out
            if self.program.entry(appointment.uid) is not None:
                self.faults.append(f"CANCEL: {seen['label']}")
        elif ACCEPT not in seen["buttons"] or seen.get("status") != 0:
            self.faults.append(f"{method}: {seen['label']}")
        else:
            self.answered(before, me)

    def answered(self, before: int, me: str) -> None:
        """Hand the mail that arrives next to the portal, as our own mail server would."""
        deadline = time.monotonic() + REPLY_S
        while len(self.sink.taken) == before and time.monotonic() < deadline:
            time.sleep(0.05)
        if len(self.sink.taken) == before:
            self.faults.append("no answer was sent")
            return
        passed = f"Authentication-Results: {AUTHSERV_ID}; dmarc=pass header.from={me.split('@')[1]}"
        started = time.monotonic()
        with transaction() as session:
            store(session, passed.encode() + b"\r\n" + self.sink.taken[-1], "pipe", system_time())
        read_inbound(system_time())
        self.seconds.append(time.monotonic() - started)


def check_round_trip(home: Home, run: DemoRun) -> Iterator[Result]:
    """Yield how many appointments stand otherwise in Thunderbird than in the portal."""
    found = version()
    if not found:
        yield absent(CHECK, "thunderbird")
        return
    with (
        run.app.app_context(),
        mail_sink(1) as (url, sink),
        thunderbird(int(url.rpartition(":")[2])) as program,
    ):
        trip, peer = Trip(program, sink), f"thunderbird {found}"
        ids = chosen(random.Random(1))
        live_through(trip, ids, random.Random(2))
        differing = [fault for one in ids for fault in differences(trip.program, one)]
    yield counted(f"{CHECK}: portal and Thunderbird differ", peer, differing, len(ids))
    yield counted(f"{CHECK}: mails not offered or answered", peer, trip.faults, trip.handled)
    late = [f"{one:.1f} s" for one in trip.seconds if one > SLOWEST_S]
    if len(trip.seconds) > 1:
        p95 = quantiles(trip.seconds, n=20)[18]
        name = f"{CHECK}: answers read after {SLOWEST_S:.0f} s (p95 {p95:.1f} s)"
        yield counted(name, peer, late, len(trip.seconds))


def chosen(rng: random.Random) -> list[int]:
    """Return some appointments that are mailed, live and not too near."""
    live = sa.select(Appointment).where(
        Appointment.status == AppointmentStatus.CONFIRMED,
        Appointment.date > local_date(system_time()) + NOT_SOON,
        sa.exists().where(OutboxMessage.uid == Appointment.uid),
    )
    found = [one.id for one in db.session().scalars(live.order_by(Appointment.id))]
    return rng.sample(found, min(BOOKINGS, len(found)))


def live_through(trip: Trip, ids: list[int], rng: random.Random) -> None:
    """Let each appointment be answered; then move or cancel some, and answer again."""
    for number in ids:
        turn(trip, number, rng.choice((YES, YES, YES, NO)))
    for number in ids:
        what = rng.choice(("nothing", "move", "cancel"))
        if is_live(number) and what != "nothing":
            (move if what == "move" else cancel)(number, rng)
            turn(trip, number, rng.choice((YES, YES, NO)))


def turn(trip: Trip, number: int, answer: str) -> None:
    """Receive the newest mail; if the portal then cancels, receive that too."""
    trip.receive(appointment_of(number), answer)
    if answer == NO and not is_live(number):
        trip.receive(appointment_of(number), CANCELS)


def cancel(number: int, rng: random.Random) -> None:
    """Cancel an appointment as its customer."""
    with transaction() as session:
        decided = Circumstances(system_time(), "customer", current_site())
        actions.cancel(session, session.get_one(Appointment, number), decided)


def move(number: int, rng: random.Random) -> None:
    """Move an appointment as its customer, to any other day that is free."""
    now = system_time()
    with transaction() as session:
        appointment = session.get_one(Appointment, number)
        days = offer_for(session, appointment.visit, now).all
        free = [one for day in days if day.date != appointment.date for one in day.windows]
        choice = Choice(rng.choice(free).opening_id, f"trip-{rng.getrandbits(80):020x}")
        decided = Circumstances(now, "customer", current_site())
        actions.move(session, appointment, choice, decided)


def appointment_of(number: int) -> Appointment:
    """Return an appointment as it stands in the database now."""
    db.session.rollback()
    return db.session().get_one(Appointment, number, populate_existing=True)


def is_live(number: int) -> bool:
    """Return whether an appointment stands."""
    return appointment_of(number).status is AppointmentStatus.CONFIRMED


def newest(uid: str) -> tuple[tuple[str, str], str]:
    """Return the calendar part of the last mail about an appointment, and who sent it."""
    wanted = sa.select(OutboxMessage.raw).where(OutboxMessage.uid == uid)
    raw = db.session().scalars(wanted.order_by(OutboxMessage.id.desc()).limit(1)).one()
    [part] = mailed_calendars(raw)
    sender = message_from_bytes(raw, policy=default)["From"].addresses[0].addr_spec
    return part, sender


def differences(program: Thunderbird, number: int) -> Iterator[str]:
    """Yield what Thunderbird says otherwise than the portal of one appointment."""
    ours = appointment_of(number)
    theirs = program.entry(ours.uid)
    if ours.status is not AppointmentStatus.CONFIRMED:
        if theirs is not None:
            yield f"cancelled, but there: {theirs}"
        return
    start = datetime.combine(ours.date, ours.window_start, AMSTERDAM).astimezone(UTC)
    wanted = (f"{start:%Y%m%dT%H%M%SZ}", ours.answer.value)
    seen = (theirs["start"], theirs["answer"].lower()) if theirs else None
    if seen != wanted:
        yield f"{seen} for {wanted}"
