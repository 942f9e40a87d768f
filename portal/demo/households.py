"""The customers of the demo with their boilers: who they are, how we reach them, what is due."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.customers.due import next_due
from portal.customers.importing import CustomerRow
from portal.customers.models import Channel, CustomerKind, Salutation
from portal.demo.people import landline, mail_address, mobile, newcomer, person, shop
from portal.demo.places import AREAS, ELSEWHERE, Quarter, Spot, spot_in
from portal.texts import Tone

HYBRID = "hybrid"  # a heat pump beside the boiler: not everybody may service it
HYBRID_SHARE = 0.06
ENGLISH_SHARE = 0.05
MAKES = ("Remeha", "Intergas", "Vaillant", "Nefit", "ATAG", "Itho Daalderop")
CYCLES = (12, 12, 12, 18, 24)  # months; a yearly turn is the usual one
INSTITUTION = "Woonstichting De Wilgenhof"
INSTITUTION_BOILERS = 40
ESTATE = ("3434", "3431", "3526")  # three blocks of flats
ONE_IN_ELSEWHERE = 160
OVERDUE_DAYS, AHEAD_DAYS = -21, 112
DUE_DAYS_AGO = (1, 25)  # of those who were served in the fortnight behind us

# From day to day, and the share of the boilers: most are due soon, for this is the busy season.
DUE = ((OVERDUE_DAYS, 21, 0.58), (22, 56, 0.22), (57, AHEAD_DAYS, 0.20))


@dataclass(frozen=True)
class Contact:
    """How one customer is known: everything of a row that is not a place or a boiler."""

    name: str
    surname: str
    salutation: Salutation
    tone: Tone
    kind: CustomerKind
    channel: Channel
    email: str | None
    phone: str
    language: str = "nl"
    minutes: int = 45


Maker = Callable[[int, random.Random], Contact]


def customer_rows(size: int, today: date, rng: random.Random) -> list[CustomerRow]:
    """Return about `size` boilers as rows of an import, due from three weeks ago to in 16 weeks."""
    taken: set[tuple[str, str]] = set()
    flats = INSTITUTION_BOILERS * size // 540
    rows = [
        _row(number, _contact(number, rng), _spot(_anywhere(rng), rng, taken), today, rng)
        for number in range(1, size - flats + 1)
    ]
    rows += _institution(flats, size, today, rng, taken)
    rows += _not_found(max(2, size // ONE_IN_ELSEWHERE), size + 1, today, rng, taken)
    return rows


def rows_due_before(
    several: int, known: Sequence[CustomerRow], today: date, rng: random.Random
) -> list[CustomerRow]:
    """Return so many more boilers, each of somebody else: due in the weeks behind us."""
    taken = {(row.postcode, row.house_number) for row in known}
    first = max(row.line for row in known) + 1
    return [
        _row(
            number,
            _contact(number, rng),
            _spot(_anywhere(rng), rng, taken),
            today,
            rng,
            due_on=today - timedelta(days=rng.randint(*DUE_DAYS_AGO)),
        )
        for number in range(first, first + several)
    ]


def _contact(number: int, rng: random.Random) -> Contact:
    if rng.random() < ENGLISH_SHARE:
        return _newcomer(number, rng)
    makers: tuple[Maker, ...] = (_senior, _family, _working, _business, _unknown)
    return rng.choices(makers, weights=(22, 31, 25, 9, 13))[0](number, rng)


def _senior(number: int, rng: random.Random) -> Contact:
    who = person(rng)
    email = mail_address(who.name, number, rng) if rng.random() < 0.4 else None
    otherwise = rng.choice((Channel.LETTER, Channel.LETTER, Channel.PHONE))
    channel = Channel.MAIL if email else otherwise
    return Contact(
        name=who.initials,
        surname=who.surname,
        salutation=who.salutation,
        tone=Tone.FORMAL,
        kind=CustomerKind.SENIOR,
        channel=channel,
        email=email,
        phone=mobile(number) if channel is Channel.PHONE else landline(number),
    )


def _family(number: int, rng: random.Random) -> Contact:
    return _by_mail(number, rng, CustomerKind.FAMILY, informal=0.6)


def _working(number: int, rng: random.Random) -> Contact:
    return _by_mail(number, rng, CustomerKind.WORKING, informal=0.75)


def _unknown(number: int, rng: random.Random) -> Contact:
    return _by_mail(number, rng, CustomerKind.UNKNOWN, informal=0.2)


def _by_mail(number: int, rng: random.Random, kind: CustomerKind, informal: float) -> Contact:
    who = person(rng)
    return Contact(
        name=who.name,
        surname=who.surname,
        salutation=who.salutation,
        tone=Tone.INFORMAL if rng.random() < informal else Tone.FORMAL,
        kind=kind,
        channel=Channel.MAIL,
        email=mail_address(who.name, number, rng),
        phone=mobile(number),
    )


def _newcomer(number: int, rng: random.Random) -> Contact:
    who = newcomer(rng)
    return Contact(
        name=who.name,
        surname=who.surname,
        salutation=who.salutation,
        tone=Tone.FORMAL,
        kind=CustomerKind.WORKING,
        channel=Channel.MAIL,
        email=mail_address(who.name, number, rng),
        phone=mobile(number),
        language="en",
    )


def _business(number: int, rng: random.Random) -> Contact:
    name = shop(rng)
    return Contact(
        name=name,
        surname="",
        salutation=Salutation.NEUTRAL,
        tone=Tone.FORMAL,
        kind=CustomerKind.BUSINESS,
        channel=Channel.MAIL,
        email=mail_address(name, number, rng),
        phone=landline(number),
        minutes=60,
    )


def _institution(
    flats: int, size: int, today: date, rng: random.Random, taken: set[tuple[str, str]]
) -> Iterator[CustomerRow]:
    """Yield the boilers of the one customer who rings the desk about many addresses at once."""
    contact = Contact(
        name=INSTITUTION,
        surname="",
        salutation=Salutation.NEUTRAL,
        tone=Tone.FORMAL,
        kind=CustomerKind.INSTITUTION,
        channel=Channel.PHONE,
        email="beheer@wilgenhof.example",
        phone=landline(size),
        minutes=35,
    )
    blocks = [_quarter(pc4) for pc4 in ESTATE]
    for flat in range(flats):
        spot = _spot(blocks[flat * len(blocks) // flats], rng, taken)
        due_on = today + timedelta(days=rng.randrange(5, 45))
        yield _row(size, contact, spot, today, rng, boiler=size - flats + 1 + flat, due_on=due_on)


def _not_found(
    several: int, first: int, today: date, rng: random.Random, taken: set[tuple[str, str]]
) -> Iterator[CustomerRow]:
    """Yield boilers of which nobody knows yet where they hang: they wait for the desk."""
    for number in range(first, first + several):
        spot = _spot(rng.choice(ELSEWHERE), rng, taken)
        yield _row(number, _family(number, rng), spot, today, rng, is_placed=False)


def _row(
    number: int,
    contact: Contact,
    spot: Spot,
    today: date,
    rng: random.Random,
    boiler: int | None = None,
    due_on: date | None = None,
    is_placed: bool = True,
) -> CustomerRow:
    due_on = due_on or _due(today, rng)
    cycle = rng.choice(CYCLES)
    is_hybrid = contact.kind is not CustomerKind.INSTITUTION and rng.random() < HYBRID_SHARE
    return CustomerRow(
        line=boiler or number,
        customer_number=f"K{number:04d}",
        name=contact.name,
        surname=contact.surname,
        salutation=contact.salutation,
        tone=contact.tone,
        language=contact.language,
        email=contact.email,
        phone=contact.phone,
        channel=contact.channel,
        kind=contact.kind,
        street=spot.street,
        house_number=spot.house_number,
        addition="",
        postcode=spot.postcode,
        city=spot.town,
        latitude=spot.lat if is_placed else None,
        longitude=spot.lon if is_placed else None,
        boiler_number=f"CV{boiler or number:05d}",
        make=rng.choice(MAKES),
        cycle_months=cycle,
        service_minutes=contact.minutes + 20 * is_hybrid,
        skill=HYBRID if is_hybrid else "",
        last_service_on=next_due(due_on, -cycle),
        due_on=due_on,
    )


def _due(today: date, rng: random.Random) -> date:
    first, last, _ = rng.choices(DUE, weights=[share for _, _, share in DUE])[0]
    return today + timedelta(days=rng.randint(first, last))


def _anywhere(rng: random.Random) -> Quarter:
    return rng.choice([quarter for area in AREAS.values() for quarter in area])


def _quarter(pc4: str) -> Quarter:
    return next(one for area in AREAS.values() for one in area if one.pc4 == pc4)


def _spot(quarter: Quarter, rng: random.Random, taken: set[tuple[str, str]]) -> Spot:
    """Return an address at which nobody was put yet."""
    while True:
        spot = spot_in(quarter, rng)
        if (spot.postcode, spot.house_number) not in taken:
            taken.add((spot.postcode, spot.house_number))
            return spot
