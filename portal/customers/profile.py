"""What we know and assume about a customer, as pages show it with the choices there are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.customers.forms import WORKWEEK
from portal.customers.hours import HOURS
from portal.customers.liking import ASSUMPTIONS, Assumption
from portal.customers.models import (
    ALL_WEEKDAYS,
    Channel,
    Customer,
    CustomerKind,
    DayPart,
    Preferences,
    Salutation,
)
from portal.customers.salutation import greeting
from portal.customers.wording import (
    channel_choice,
    channel_hint,
    kind_choice,
    part_choice,
    salutation_choice,
    weekday_choice,
)
from portal.texts import Tone, spoken_to, text

Options = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer with what was told, what is assumed because of it or without it, and how we greet.

    `told` and `assumed` are None when there is nothing of the kind.
    """

    customer: Customer
    greeting: str
    told: Preferences | None
    assumed: Assumption | None

    @property
    def is_guessed(self) -> bool:
        """Whether there is a guess about the customer that can be corrected or erased."""
        return self.customer.kind is not CustomerKind.UNKNOWN

    @property
    def is_kind_told(self) -> bool:
        """Whether the kind of customer was said here, by the customer or to the desk."""
        return "kind" in self.customer.told.split()

    @property
    def part(self) -> str:
        """The part of the day that is liked best, as the form sends it."""
        return (self.told.part if self.told else DayPart.ANY).value

    @property
    def hour(self) -> str:
        """The hour at which messages come, as the form sends it; "" when none was told."""
        hour = self.customer.message_hour
        return hour.strftime("%H:%M") if hour else ""

    @property
    def weekdays(self) -> list[tuple[str, str, bool]]:
        """Name of the field, name of the day, and whether it is liked."""
        liked = self.told.weekdays if self.told else ALL_WEEKDAYS
        return [
            (f"weekday_{day}", weekday_choice(day), bool(liked >> day & 1))
            for day in range(WORKWEEK)
        ]

    @property
    def salutations(self) -> Options:
        """The salutations to choose from."""
        return [(one.value, salutation_choice(one), "") for one in Salutation]

    @property
    def tones(self) -> Options:
        """The tones to choose from; they are Dutch words in every language."""
        return [(tone.value, f"“{tone.value}”", "") for tone in Tone]

    @property
    def channels(self) -> Options:
        """The ways to reach somebody to choose from."""
        return [(one.value, channel_choice(one), channel_hint(one)) for one in Channel]

    @property
    def hours(self) -> list[tuple[str, str]]:
        """The hours to choose from, the first one for whoever does not mind."""
        clock = [hour.strftime("%H:%M") for hour in HOURS]
        return [("", text("It does not matter")), *zip(clock, clock, strict=True)]

    @property
    def parts(self) -> Options:
        """The parts of the day to choose from."""
        return [(one.value, part_choice(one), "") for one in DayPart]

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The kinds of customer to choose from."""
        return [(one.value, kind_choice(one)) for one in CustomerKind]

    @property
    def kind(self) -> str:
        """The kind of customer we take somebody for, in words."""
        return kind_choice(self.customer.kind)


def profile_of(session: Session, customer: Customer) -> Profile:
    """Return what we know and assume; who told us something is not guessed about any more."""
    told = session.get(Preferences, customer.id)
    with spoken_to(customer.locale, customer.tone):
        greeted = greeting(customer)
    assumed = None if told is not None else ASSUMPTIONS.get(customer.kind)
    return Profile(customer, greeted, told, assumed)
