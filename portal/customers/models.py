"""Tables: customer, address, boiler, the visit that is due; and where postcodes lie."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import Enum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base, enum_column
from portal.regions.models import Region
from portal.texts import Tone

ALL_WEEKDAYS = 0b1111111


class Salutation(Enum):
    """How a name is preceded; neutral when we do not know."""

    DHR = "dhr"
    MEVR = "mevr"
    NEUTRAL = "neutral"


class Channel(Enum):
    """The way in which a customer wishes to hear from us."""

    MAIL = "mail"
    LETTER = "letter"
    PHONE = "phone"


class DayPart(Enum):
    """The part of the day that somebody likes best or asks for."""

    ANY = "any"
    MORNING = "morning"
    AFTERNOON = "afternoon"


class CustomerKind(Enum):
    """The kinds of customer that live by different clocks."""

    UNKNOWN = "unknown"
    SENIOR = "senior"
    FAMILY = "family"
    WORKING = "working"
    BUSINESS = "business"
    INSTITUTION = "institution"


def with_addition(house_number: str, addition: str) -> str:
    """Return '12A', '12-14' or '12 BIS': digits and words are kept apart from the number."""
    if len(addition) > 1 and addition.isalpha():
        return f"{house_number} {addition}"
    separator = "-" if addition[:1].isdigit() else ""
    return house_number + separator + addition


class VisitState(Enum):
    """Where a visit stands: still to be made, made, no longer wanted, or begun and followed up."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    UNFINISHED = "unfinished"


class VisitReason(Enum):
    """Why a visit is there: the boiler's cycle, or work that could not be finished."""

    CYCLE = "cycle"
    UNFINISHED = "unfinished"  # goes first: its due date was the day of the first visit


class Customer(Base):
    __tablename__ = "customers"
    __table_args__ = (sa.UniqueConstraint("branch_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    branch_id: Mapped[int] = mapped_column(sa.ForeignKey("branches.id"))
    number: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(120))
    surname: Mapped[str] = mapped_column(sa.String(80), default="")
    salutation: Mapped[Salutation] = mapped_column(
        enum_column(Salutation), default=Salutation.NEUTRAL
    )
    tone: Mapped[Tone] = mapped_column(enum_column(Tone), default=Tone.FORMAL)
    locale: Mapped[str] = mapped_column(sa.String(2), default="nl")
    channel: Mapped[Channel] = mapped_column(enum_column(Channel), default=Channel.MAIL)
    kind: Mapped[CustomerKind] = mapped_column(
        enum_column(CustomerKind), default=CustomerKind.UNKNOWN
    )
    email: Mapped[str | None] = mapped_column(sa.String(254), index=True)
    phone: Mapped[str | None] = mapped_column(sa.String(40), index=True)
    message_hour: Mapped[time | None]  # by the clock in the Netherlands
    told: Mapped[str] = mapped_column(sa.String(200), default="")  # columns an import leaves alone

    addresses: Mapped[list[Address]] = relationship(
        back_populates="customer", order_by="Address.id"
    )


class Preferences(Base):
    """What a customer told us to like. It changes the order of what is offered, never what is.

    `weekdays` has bit 0 for Monday to bit 6 for Sunday.
    """

    __tablename__ = "preferences"
    __table_args__ = (sa.CheckConstraint("weekdays BETWEEN 0 AND 127", name="weekdays_are_bits"),)

    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"), primary_key=True)
    part: Mapped[DayPart] = mapped_column(enum_column(DayPart), default=DayPart.ANY)
    weekdays: Mapped[int] = mapped_column(default=ALL_WEEKDAYS)
    told_at: Mapped[datetime]


class MailedCode(Base):
    """A code for a customer who wants to change something: one browser, one purpose, used once.

    It is asked for without a hash; the mail that carries it is made afterwards, and `code_hash` is
    then a keyed hash. `new_email` is the address that it is to confirm. `place` is where it goes
    (a keyed hash): only so many are sent there in a day, held by the unique `number`.
    """

    __tablename__ = "mailed_codes"
    __table_args__ = (sa.UniqueConstraint("place", "asked_on", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    purpose: Mapped[str] = mapped_column(sa.String(40))
    browser_hash: Mapped[str] = mapped_column(sa.String(64))
    new_email: Mapped[str | None] = mapped_column(sa.String(254))
    place: Mapped[str] = mapped_column(sa.String(64))
    asked_on: Mapped[date]
    number: Mapped[int]
    code_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]

    customer: Mapped[Customer] = relationship()


class Address(Base):
    """A place where boilers hang. Without coordinates or region the desk completes it."""

    __tablename__ = "addresses"
    __table_args__ = (
        sa.UniqueConstraint("customer_id", "postcode", "house_number", "addition"),
        sa.Index("ix_addresses_postcode_house_number", "postcode", "house_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    street: Mapped[str] = mapped_column(sa.String(120))
    house_number: Mapped[str] = mapped_column(sa.String(10))
    addition: Mapped[str] = mapped_column(sa.String(10), default="")
    postcode: Mapped[str] = mapped_column(sa.String(6))
    city: Mapped[str] = mapped_column(sa.String(80))
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    region_id: Mapped[int | None] = mapped_column(sa.ForeignKey("regions.id"), index=True)

    customer: Mapped[Customer] = relationship(back_populates="addresses")
    region: Mapped[Region | None] = relationship()
    boilers: Mapped[list[Boiler]] = relationship(back_populates="address", order_by="Boiler.id")

    @property
    def line(self) -> str:
        """Street, house number and addition, as on an envelope."""
        return f"{self.street} {with_addition(self.house_number, self.addition)}"


class Boiler(Base):
    __tablename__ = "boilers"
    __table_args__ = (
        sa.CheckConstraint("cycle_months BETWEEN 1 AND 120", name="cycle_is_months"),
        sa.CheckConstraint("service_minutes BETWEEN 5 AND 480", name="service_fits_a_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address_id: Mapped[int] = mapped_column(sa.ForeignKey("addresses.id"), index=True)
    number: Mapped[str] = mapped_column(sa.String(40), unique=True)
    make: Mapped[str] = mapped_column(sa.String(80), default="")
    cycle_months: Mapped[int] = mapped_column(default=12)
    service_minutes: Mapped[int] = mapped_column(default=45)
    skill: Mapped[str] = mapped_column(sa.String(40), default="")
    last_service_on: Mapped[date | None]

    address: Mapped[Address] = relationship(back_populates="boilers")
    visits: Mapped[list[Visit]] = relationship(back_populates="boiler", order_by="Visit.due_on")


class Visit(Base):
    """One piece of work at one address that is due; at most one is open for a boiler."""

    __tablename__ = "visits"
    __table_args__ = (
        sa.Index(
            "uq_visits_open_boiler",
            "boiler_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_visits_state_due_on", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    boiler_id: Mapped[int] = mapped_column(sa.ForeignKey("boilers.id"), index=True)
    due_on: Mapped[date]
    state: Mapped[VisitState] = mapped_column(enum_column(VisitState), default=VisitState.OPEN)
    reason: Mapped[VisitReason] = mapped_column(enum_column(VisitReason), default=VisitReason.CYCLE)

    boiler: Mapped[Boiler] = relationship(back_populates="visits")

    @property
    def address(self) -> Address:
        """The place of the boiler."""
        return self.boiler.address

    @property
    def customer(self) -> Customer:
        """Whose boiler it is."""
        return self.boiler.address.customer


class PostcodePlace(Base):
    """Where a postcode lies: six characters (a street's side) or four (a quarter of a town)."""

    __tablename__ = "postcode_places"
    __table_args__ = (
        sa.CheckConstraint("length(postcode) IN (4, 6)", name="postcode_is_4_or_6_characters"),
    )

    postcode: Mapped[str] = mapped_column(sa.String(6), primary_key=True)
    lat: Mapped[float]
    lon: Mapped[float]
    city: Mapped[str] = mapped_column(sa.String(80))
