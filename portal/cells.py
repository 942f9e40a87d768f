"""How a cell of a table is read: each function returns the value or raises BadCell with why."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from enum import Enum
from typing import TypeVar

from email_validator import EmailNotValidError, validate_email

from portal.tabular import BadCell, shortened
from portal.texts import text

Member = TypeVar("Member", bound=Enum)

ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
DUTCH_DATE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?::00)?")
POSTCODE = re.compile(r"([1-9]\d{3})([A-Z]{2})")
NUMBER = re.compile(r"-?\d{1,3}([.,]\d{1,15})?")
NEVER_GIVEN_OUT = ("SA", "SD", "SS")
FIRST_YEAR, LAST_YEAR = 1980, 2100

# The Netherlands in Europe with its islands, in degrees, rounded outwards.
LATITUDES = (50.7, 53.6)
LONGITUDES = (3.2, 7.3)


def words(most: int) -> Callable[[str], str]:
    """Return a reader of text of at most `most` characters."""

    def read(cell: str) -> str:
        if len(cell) > most:
            raise BadCell(text("This is longer than %(count)s characters.", count=most))
        return cell

    return read


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of a whole number between two limits, both included."""

    def read(cell: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", cell) or not least <= int(cell) <= most:
            raise BadCell(
                text(
                    "“%(cell)s” is not a whole number from %(least)s to %(most)s.",
                    cell=shortened(cell),
                    least=least,
                    most=most,
                )
            )
        return int(cell)

    return read


def one_of(
    members: Iterable[Member], also: Mapping[str, Member] | None = None
) -> Callable[[str], Member]:
    """Return a reader of an enum's values, and of other words for them, in any case."""
    known = {str(member.value): member for member in members}
    choices = ", ".join(known)
    known.update(also or {})

    def read(cell: str) -> Member:
        member = known.get(cell.lower())
        if member is None:
            raise BadCell(
                text(
                    "“%(cell)s” is not one of: %(choices)s.", cell=shortened(cell), choices=choices
                )
            )
        return member

    return read


def day(cell: str) -> date:
    """Read 2026-05-31 or 31-05-2026."""
    if found := ISO_DATE.fullmatch(cell):
        year, month, number = found.groups()
    elif found := DUTCH_DATE.fullmatch(cell):
        number, month, year = found.groups()
    else:
        sentence = text("“%(cell)s” is not a date like 2026-05-31 or 31-05-2026.")
        raise BadCell(sentence % {"cell": shortened(cell)})
    try:
        read = date(int(year), int(month), int(number))
    except ValueError:
        raise BadCell(text("There is no date %(cell)s.", cell=cell)) from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise BadCell(text("The year of %(cell)s cannot be right.", cell=cell))
    return read


def clock_time(cell: str) -> time:
    """Read 8:00, 08:00, 08.00 or 08:00:00."""
    found = CLOCK.fullmatch(cell)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise BadCell(text("“%(cell)s” is not a time like 08:30.", cell=shortened(cell)))
    return time(int(found[1]), int(found[2]))


def postcode(cell: str) -> str:
    """Read a Dutch postcode; return it as 1234AB."""
    plain = cell.replace(" ", "").upper()
    found = POSTCODE.fullmatch(plain)
    if not found or not plain.isascii() or found[2] in NEVER_GIVEN_OUT:
        raise BadCell(
            text("“%(cell)s” is not a Dutch postcode like 8261 AB.", cell=shortened(cell))
        )
    return plain


def email(cell: str) -> str:
    """Read a mail address by its form (nothing is looked up); return it in small letters.

    A name like müller.nl is returned as mail servers write it: xn--mller-kva.nl.
    """
    try:
        read = validate_email(cell, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise BadCell(text("“%(cell)s” is not an e-mail address.", cell=shortened(cell))) from None
    return (read.ascii_email or read.normalized).lower()


def phone(cell: str) -> str:
    """Read a telephone number; return a Dutch one as 0612345678, another as +49301234567."""
    plain = re.sub(r"\(0\)|[\s().\-/]", "", cell)
    plain = re.sub(r"^(\+|00)31", "0", plain)
    plain = re.sub(r"^00", "+", plain)
    if not re.fullmatch(r"0[1-9][0-9]{8}|\+[1-9][0-9]{6,14}", plain):
        raise BadCell(
            text("“%(cell)s” is not a telephone number of ten digits.", cell=shortened(cell))
        )
    return plain


def latitude(cell: str) -> float:
    """Read degrees north within the Netherlands."""
    return _degrees(cell, LATITUDES, LONGITUDES)


def longitude(cell: str) -> float:
    """Read degrees east within the Netherlands."""
    return _degrees(cell, LONGITUDES, LATITUDES)


def _degrees(cell: str, limits: tuple[float, float], others: tuple[float, float]) -> float:
    if not NUMBER.fullmatch(cell) or not cell.isascii():
        raise BadCell(text("“%(cell)s” is not a number of degrees.", cell=shortened(cell)))
    degrees = float(cell.replace(",", "."))
    if limits[0] <= degrees <= limits[1]:
        return degrees
    if others[0] <= degrees <= others[1]:
        raise BadCell(text("Latitude and longitude seem to have changed places."))
    raise BadCell(
        text(
            "%(cell)s lies outside the Netherlands (%(least)s to %(most)s degrees).",
            cell=cell,
            least=limits[0],
            most=limits[1],
        )
    )
