"""What customer and desk fill in about the customer, as values with a sentence for each fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import time
from enum import Enum
from typing import TypeVar

from portal.cells import email, phone
from portal.customers.hours import HOURS
from portal.customers.models import (
    ALL_WEEKDAYS,
    Channel,
    CustomerKind,
    DayPart,
    Salutation,
)
from portal.tabular import BadCell
from portal.texts import LOCALES, Tone, text

Errors = dict[str, str]
Values = dict[str, object]
Member = TypeVar("Member", bound=Enum)

WORKWEEK = 5  # Monday to Friday are asked; a wish for the weekend is kept as it was
LONGEST = {"name": 120, "surname": 80}


def manner_from(form: Mapping[str, str]) -> tuple[Values, Errors]:
    """Return how the customer wishes to be addressed, in which way and at what hour."""
    errors: Errors = {}
    values: Values = {
        "salutation": _member(Salutation, form, "salutation", errors),
        "tone": _member(Tone, form, "tone", errors),
        "locale": form.get("locale", ""),
        "channel": _member(Channel, form, "channel", errors),
        "message_hour": _hour(form.get("message_hour", ""), errors),
    }
    if values["locale"] not in LOCALES:
        errors["locale"] = text("Choose one of these.")
    return values, errors


def wishes_from(form: Mapping[str, str]) -> tuple[tuple[DayPart, int] | None, Errors]:
    """Return the part of the day and the weekdays (as bits) that are liked best.

    No day ticked says as much as all of them: every day suits.
    """
    errors: Errors = {}
    part = _member(DayPart, form, "part", errors)
    ticked = sum(1 << day for day in range(WORKWEEK) if form.get(f"weekday_{day}"))
    workweek = (1 << WORKWEEK) - 1
    weekdays = ALL_WEEKDAYS if ticked in (0, workweek) else ticked
    return (None if part is None else (part, weekdays)), errors


def kind_from(form: Mapping[str, str]) -> tuple[CustomerKind | None, Errors]:
    """Return the kind of customer that somebody says to be."""
    errors: Errors = {}
    return _member(CustomerKind, form, "kind", errors), errors


def details_from(form: Mapping[str, str]) -> tuple[Values, Errors]:
    """Return name, mail address and telephone number; the last two are None when left empty."""
    errors: Errors = {}
    values: Values = {
        name: _words(form.get(name, ""), name, most, errors) for name, most in LONGEST.items()
    }
    if not values["name"] and "name" not in errors:
        errors["name"] = text("Fill in your name.")
    values["email"] = _read(email, form, "email", errors)
    values["phone"] = _read(phone, form, "phone", errors)
    return values, errors


def _member(
    kind: type[Member], form: Mapping[str, str], name: str, errors: Errors
) -> Member | None:
    try:
        return kind(form.get(name, ""))
    except ValueError:
        errors[name] = text("Choose one of these.")
        return None


def _hour(typed: str, errors: Errors) -> time | None:
    hours = {hour.strftime("%H:%M"): hour for hour in HOURS}
    if typed and typed not in hours:
        errors["message_hour"] = text("Choose one of these.")
    return hours.get(typed)


def _words(typed: str, name: str, most: int, errors: Errors) -> str:
    words = " ".join("".join(one if one.isprintable() else " " for one in typed).split())
    if len(words) > most:
        errors[name] = text("Keep it under %(most)s characters.", most=most)
    return words


def _read(
    reader: Callable[[str], str], form: Mapping[str, str], name: str, errors: Errors
) -> str | None:
    typed = form.get(name, "").strip()
    try:
        return reader(typed) if typed else None
    except BadCell as fault:
        errors[name] = str(fault)
        return None
