"""What the API is asked and what it answers; the document of the API is made from these.

Dates are local, times are Dutch clock times as "08:00", moments are in UTC.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from portal.booking.models import AppointmentStatus
from portal.booking.offering.advantages import Advantage
from portal.booking.offering.reasons import Reason
from portal.customers.models import DayPart, VisitState

LARGEST_ID = 2**31 - 1
LONGEST_ASKED = timedelta(days=30)


def as_written(typed: object) -> object:
    """Return a date as ISO 8601 writes it, of this age; raises ValueError for anything else."""
    if not isinstance(typed, str) or not re.fullmatch(r"2[0-9]{3}-[0-9]{2}-[0-9]{2}", typed):
        raise ValueError("write a date as 2027-03-11")
    return typed


Day = Annotated[date, BeforeValidator(as_written)]
Clock = Annotated[str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$", examples=["08:00"])]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Number = Annotated[str, Field(min_length=1, max_length=40)]


class Value(BaseModel):
    """Values that do not change and have no other fields than these."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class VisitsWanted(Value):
    """By what visits are found: exactly one of the two."""

    boiler: Number | None = Field(
        default=None, description="The boiler's number, as it was imported."
    )
    customer: Number | None = Field(
        default=None, description="The customer's number, as it was imported."
    )

    @model_validator(mode="after")
    def one_of_them(self) -> Self:
        """Return the values, of which one is given; raises ValueError."""
        if (self.boiler is None) == (self.customer is None):
            raise ValueError("give either boiler or customer")
        return self


class WindowsWanted(Value):
    """Filters as on the customer's page, and for which dates to say why windows are not offered."""

    part: DayPart = Field(default=DayPart.ANY, description="Only mornings, or only afternoons.")
    weekday: tuple[Annotated[int, Field(ge=1, le=7)], ...] = Field(
        default=(), description="Only these days of the week, 1 for Monday; may be repeated."
    )
    from_on: Day | None = Field(default=None, alias="from", description="Only from this date.")
    all: bool = Field(
        default=False, description="All windows by date, instead of the best ones first."
    )
    why_not_from: Day | None = Field(
        default=None, description="Also tell which windows are not offered from this date, and why."
    )
    why_not_until: Day | None = Field(
        default=None,
        description="Until this date, 30 days later at most; that one date when not given.",
    )

    @model_validator(mode="after")
    def a_short_period(self) -> Self:
        """Return the values; raises ValueError when the dates make no short period."""
        first_on, last_on = self.why_not_from, self.why_not_until
        if last_on is None:
            return self
        if first_on is None or not first_on <= last_on <= first_on + LONGEST_ASKED:
            raise ValueError("why_not_until is at most 30 days after why_not_from")
        return self


class WindowWanted(Value):
    """The window that somebody chose, by the id with which it was offered."""

    window: Id


class TimeSeen(Value):
    """Which time was seen of the appointment that is to be cancelled."""

    seen: str | None = Field(
        default=None,
        pattern=r"^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-5][0-9]$",
        description="Cancel only if the appointment still has this time, such as 2027-03-09T10:00.",
    )


class OfferedWindowAnswer(Value):
    """A window that can be chosen at this moment, and what speaks for it."""

    id: Id
    date: date
    start: Clock
    end: Clock
    advantage: Advantage | None
    advantage_sentence: str = Field(description='In the words of the customer; "" without one.')
    kept_until: datetime | None = Field(description="Until when it is kept for this customer.")


class RefusedWindowAnswer(Value):
    """A window that cannot be chosen at this moment, and why not."""

    date: date
    start: Clock
    end: Clock
    reason: Reason
    sentence: str = Field(description="In the words of the customer.")


class WindowsAnswer(Value):
    """What the customer's own page offers at this moment, in its order: best day first, or `all`.

    `hidden` counts what filters leave out; `has_more` says that `all` shows more.
    """

    visit: Id
    windows: list[OfferedWindowAnswer]
    has_more: bool
    hidden: int
    not_offered: list[RefusedWindowAnswer] | None = Field(description="Null unless asked for.")


class AppointmentAnswer(Value):
    """An appointment as it is now. `number` is what the customer knows it by."""

    number: str
    status: AppointmentStatus
    date: date
    start: Clock
    end: Clock
    booked_at: datetime
    changed_at: datetime
    can_be_changed: bool = Field(description="Whether it can still be moved or cancelled here.")
    changeable_until: datetime


class VisitAnswer(Value):
    """A visit that is due, or was made. `appointment` is its last one, whatever became of it."""

    id: Id
    state: VisitState
    due_on: date
    branch: str
    customer: str = Field(description="The customer's number, as it was imported.")
    boiler: str = Field(description="The boiler's number, as it was imported.")
    can_be_planned: bool = Field(description="Whether it is due at an address that we know.")
    appointment: AppointmentAnswer | None


class VisitsAnswer(Value):
    """The visits that were found, the last due first; at most fifty."""

    visits: list[VisitAnswer]


class Fault(Value):
    """What is wrong with one value of a request."""

    where: str
    message: str


class ProblemAnswer(Value):
    """Why a request was refused (RFC 9457). Rely on `code`; `detail` is for people.

    What was refused about one window brings fresh `alternatives`; a visit that is booked already
    brings its `appointment`; a request that we do not understand brings its `faults`.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    faults: list[Fault] | None = None
    alternatives: list[OfferedWindowAnswer] | None = None
    appointment: AppointmentAnswer | None = None
