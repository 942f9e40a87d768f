"""What customers of the past fortnight said of their visit, and what the desk did with it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import sqlalchemy as sa

from portal.access.guards import Role
from portal.booking.circumstances import Circumstances
from portal.clock import local_date
from portal.customers.models import Customer
from portal.database import db, transaction
from portal.demo.actors import colleague
from portal.demo.past import ONE_DAY, at_clock, awake
from portal.demo.season import Season
from portal.demo.sent import go_out
from portal.feedback.actions import answer, close
from portal.feedback.asking import BY, ask_everybody
from portal.feedback.models import Opinion, OpinionState, Went
from portal.feedback.policy import ASK_AFTER

ASKED_AT = time(7, 15)  # UTC, as the job does every morning
ONE_IN_SILENT = 4  # who does not answer
ANSWER_HOURS = (2, 30)
CLOSED_AT = time(11, 20)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a customer answered; with words or without content, what the desk noted after a call."""

    went: Went = Went.AS_EXPECTED
    words: str = ""
    note: str = ""


GLAD = Reply()
# Customers and colleagues write as they write; these are no texts of the portal.
REPLIES = (
    GLAD,
    Reply(
        words="Vriendelijke monteur, netjes op tijd. Fijn dat ik zelf een tijd kon kiezen.",
        note="Compliment doorgegeven aan de monteur.",
    ),
    GLAD,
    Reply(
        Went.PARTLY,
        "Goed gewerkt. Alleen lag er daarna nog wat vuil op de vloer.",
        "Gebeld en sorry gezegd. Monteurs leggen voortaan een kleed neer.",
    ),
    GLAD,
    GLAD,
    Reply(
        Went.NOT,
        "De ketel tikt sinds het onderhoud. Dat deed hij eerst niet.",
        "Gebeld. Er zat lucht in de leidingen; samen ontlucht, het tikken is weg.",
    ),
    Reply(
        words="Handig, dat bericht dat de monteur onderweg is.",
        note="Bedankt gezegd. Geen actie nodig.",
    ),
    GLAD,
    Reply(
        Went.PARTLY,
        "Ik had graag gehoord hoe lang de ketel nog meegaat.",
        "Gebeld. Monteur schat nog vier tot vijf jaar; staat nu bij de ketel.",
    ),
    GLAD,
)
WAITS = Reply(
    Went.PARTLY,
    "De monteur was snel weg. Ik weet niet of alles nu goed is. Wilt u mij daarover bellen?",
)


def ask_and_answer(season: Season, first_on: date, rng: random.Random) -> None:
    """Ask about the visits since `first_on` as every morning, and let most customers answer.

    The desk has dealt with all answers but the last one, which came lately.
    """
    day = first_on + ASK_AFTER
    while (at := datetime.combine(day, ASKED_AT, UTC)) < season.now:
        ask_everybody(Circumstances(at, BY, season.site), season.signing_key)
        day += ONE_DAY
    moments = _answered_at(season.now, rng)
    waits = next((one for one, is_dutch, _ in reversed(moments) if is_dutch), None)
    with transaction() as session:
        desk = colleague(session, Role.DESK)
        number = 0
        for opinion_id, is_dutch, at in moments:
            reply = GLAD
            if opinion_id == waits:
                reply = WAITS
            elif is_dutch:
                reply, number = REPLIES[number % len(REPLIES)], number + 1
            go_out(session, at)
            opinion = session.get_one(Opinion, opinion_id)
            _replied(season, opinion, reply, at, desk)


def _replied(season: Season, opinion: Opinion, reply: Reply, at: datetime, desk: str) -> None:
    """Let one customer answer, and the desk close what it could deal with since."""
    session = db.session()
    closed_at = _next_workday(season, at)
    if reply.note and closed_at >= season.now:
        reply = GLAD
    answer(session, opinion, reply.went, reply.words, Circumstances(at, "customer", season.site))
    if reply.note:
        close(session, opinion, reply.note, Circumstances(closed_at, desk, season.site))


def _answered_at(now: datetime, rng: random.Random) -> Sequence[tuple[int, bool, datetime]]:
    """Return the opinions that are answered before `now`, in order, and whether in Dutch."""
    asked = (
        sa.select(Opinion.id, Customer.locale, Opinion.asked_at)
        .join(Opinion.customer)
        .where(Opinion.state == OpinionState.ASKED)
        .order_by(Opinion.asked_at, Opinion.id)
    )
    found = []
    for number, (opinion_id, locale, asked_at) in enumerate(db.session.execute(asked)):
        at = awake(asked_at + timedelta(hours=rng.randint(*ANSWER_HOURS)), rng)
        if number % ONE_IN_SILENT != ONE_IN_SILENT - 1 and at < now:
            found.append((opinion_id, locale == "nl", at))
    return sorted(found, key=lambda one: (one[2], one[0]))


def _next_workday(season: Season, at: datetime) -> datetime:
    """Return a moment on the first workday after one."""
    day = local_date(at) + ONE_DAY
    while not season.calendar.is_workday(day):
        day += ONE_DAY
    return at_clock(day, CLOSED_AT)
