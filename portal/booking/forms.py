"""What customers send, read into values with a sentence for each fault."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from portal.booking.circumstances import Choice
from portal.booking.references import understood
from portal.texts import text

Errors = dict[str, str]


def new_key() -> str:
    """Return a fresh key for a form, so that sending it twice does one thing."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that somebody lives at the address of an appointment."""

    postcode: str
    house_number: str


def opening_from(form: Mapping[str, str]) -> tuple[int | None, Errors]:
    """Return the id of the chosen window's opening, or what is missing."""
    opening = form.get("opening", "")
    if not opening.isascii() or not opening.isdigit() or len(opening) > 9:
        return None, {"opening": text("Choose one of the times.")}
    return int(opening), {}


def choice_from(form: Mapping[str, str]) -> tuple[Choice | None, Errors]:
    """Return the chosen window with the key of its form, or what is missing."""
    opening_id, errors = opening_from(form)
    key = form.get("key", "")
    if opening_id is None:
        return None, errors
    if not re.fullmatch(r"[\w-]{16,64}", key):
        return None, {"opening": text("Please choose once more.")}
    return Choice(opening_id, key), {}


def proof_from(form: Mapping[str, str]) -> tuple[Proof | None, Errors]:
    """Return postcode and house number, or what is wrong with them."""
    postcode = re.sub(r"\s", "", form.get("postcode", "")).upper()
    house_number = form.get("house_number", "").strip()
    errors = {}
    if not re.fullmatch(r"[1-9][0-9]{3}[A-Z]{2}", postcode):
        errors["postcode"] = text("A postcode has four digits and two letters, such as 3511 AB.")
    if not re.match(r"[0-9]", house_number):
        errors["house_number"] = text("Fill in your house number.")
    return (None, errors) if errors else (Proof(postcode, house_number), {})


@dataclass(frozen=True, slots=True)
class TypedCode:
    """The code and postcode from a letter."""

    code: str
    postcode: str


def code_from(form: Mapping[str, str]) -> tuple[TypedCode | None, Errors]:
    """Return the typed code with its postcode, or what is wrong with them."""
    code = understood(form.get("code", ""))
    postcode = re.sub(r"\s", "", form.get("postcode", "")).upper()
    errors = {}
    if code is None:
        errors["code"] = text("Check the code: it has eight digits and one letter.")
    if not re.fullmatch(r"[1-9][0-9]{3}[A-Z]{2}", postcode):
        errors["postcode"] = text("A postcode has four digits and two letters, such as 3511 AB.")
    return (None, errors) if code is None or errors else (TypedCode(code, postcode), {})
