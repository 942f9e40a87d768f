"""Reads a CSV file of customers with their boilers: rows, or every line's faults. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal import cells
from portal.customers.models import Channel, CustomerKind, Salutation
from portal.tabular import BadCell, Column, LineFault, Record, read_table, shortened
from portal.texts import LOCALES, Tone, text

SALUTATIONS = {
    "dhr.": Salutation.DHR,
    "de heer": Salutation.DHR,
    "mevr.": Salutation.MEVR,
    "mevrouw": Salutation.MEVR,
    "mw": Salutation.MEVR,
    "mw.": Salutation.MEVR,
}
TONES = {"formal": Tone.FORMAL, "informal": Tone.INFORMAL}
HOUSE_NUMBER = re.compile(r"([1-9][0-9]{0,4})\s*[-/ ]?\s*(.*)")


@dataclass(frozen=True)
class CustomerRow:
    """One line: a boiler with its address and customer. None means: the file does not say."""

    line: int
    customer_number: str
    name: str
    surname: str | None
    salutation: Salutation | None
    tone: Tone | None
    language: str | None
    email: str | None
    phone: str | None
    channel: Channel | None
    kind: CustomerKind | None
    street: str
    house_number: str
    addition: str
    postcode: str
    city: str
    latitude: float | None
    longitude: float | None
    boiler_number: str
    make: str | None
    cycle_months: int | None
    service_minutes: int | None
    skill: str | None
    last_service_on: date | None
    due_on: date | None

    @property
    def address_key(self) -> tuple[str, str, str, str]:
        """What makes two rows lie at the same address of the same customer."""
        return self.customer_number, self.postcode, self.house_number, self.addition


def language(cell: str) -> str:
    """Read the two letters of a language we write in."""
    if cell.lower() not in LOCALES:
        raise BadCell(
            text(
                "“%(cell)s” is not one of: %(choices)s.",
                cell=shortened(cell),
                choices=", ".join(LOCALES),
            )
        )
    return cell.lower()


def house_number(cell: str) -> tuple[str, str]:
    """Read a house number; return its digits and what follows them (30A: 30 and A)."""
    found = HOUSE_NUMBER.fullmatch(cell)
    if not found or len(found[2]) > 10:
        raise BadCell(text("“%(cell)s” is not a house number.", cell=shortened(cell)))
    return found[1], found[2]


COLUMNS = (
    Column("customer_number", cells.words(40), required=True),
    Column("name", cells.words(120), required=True),
    Column("surname", cells.words(80)),
    Column("salutation", cells.one_of(Salutation, SALUTATIONS)),
    Column("tone", cells.one_of(Tone, TONES)),
    Column("language", language),
    Column("email", cells.email),
    Column("phone", cells.phone),
    Column("channel", cells.one_of(Channel)),
    Column("kind", cells.one_of(CustomerKind)),
    Column("street", cells.words(120), required=True),
    Column("house_number", house_number, required=True),
    Column("addition", cells.words(10)),
    Column("postcode", cells.postcode, required=True),
    Column("city", cells.words(80), required=True),
    Column("latitude", cells.latitude),
    Column("longitude", cells.longitude),
    Column("boiler_number", cells.words(40), required=True),
    Column("make", cells.words(80)),
    Column("cycle_months", cells.whole_number(1, 120)),
    Column("service_minutes", cells.whole_number(5, 480)),
    Column("skill", cells.words(40)),
    Column("last_service_on", cells.day),
    Column("due_on", cells.day),
)

OF_CUSTOMER = (
    "name", "surname", "salutation", "tone", "language", "email", "phone", "channel", "kind",
)  # fmt: skip
OF_ADDRESS = ("street", "city", "latitude", "longitude")


@dataclass(frozen=True)
class CustomerFile:
    """What a file holds: rows without any fault, or the faults in order of line and no rows."""

    rows: tuple[CustomerRow, ...]
    faults: tuple[LineFault, ...]


def customers_from_csv(data: bytes) -> CustomerFile:
    """Return the rows of a CSV file, or every fault in it; docs/import.md tells the format."""
    table = read_table(data, COLUMNS)
    whole = _without_broken_lines(table.records, table.faults)
    faults = list(table.faults)
    faults += [fault for record in whole for fault in _faults_inside(record)]
    rows = tuple(_row(record) for record in whole)
    faults += _faults_between(rows)
    if faults:
        return CustomerFile((), tuple(sorted(faults, key=lambda fault: fault.line)))
    return CustomerFile(rows, ())


def _without_broken_lines(
    records: tuple[Record, ...], faults: tuple[LineFault, ...]
) -> list[Record]:
    """Return the records that can be compared with each other."""
    broken = {fault.line for fault in faults}
    return [record for record in records if record.line not in broken]


def _faults_inside(record: Record) -> Iterator[LineFault]:
    """Yield what is wrong between the cells of one row."""
    has = {name for name, value in record.values.items() if value is not None}
    if ("latitude" in has) != ("longitude" in has):
        sentence = text("Latitude and longitude must both be filled in, or both be empty.")
        yield LineFault(record.line, "latitude", sentence)
    if not has & {"due_on", "last_service_on"}:
        sentence = text("Fill in due_on, last_service_on, or both.")
        yield LineFault(record.line, "due_on", sentence)
    elif {"due_on", "last_service_on"} <= has and not _is_due_later(record.values):
        sentence = text("due_on has to be later than last_service_on.")
        yield LineFault(record.line, "due_on", sentence)
    if record.values["channel"] is Channel.MAIL and "email" not in has:
        sentence = text("The channel is mail, but there is no e-mail address.")
        yield LineFault(record.line, "channel", sentence)
    if record.values["channel"] is Channel.PHONE and "phone" not in has:
        sentence = text("The channel is phone, but there is no telephone number.")
        yield LineFault(record.line, "channel", sentence)
    if len(_addition(record.values)) > 10:
        sentence = text("This is longer than %(count)s characters.", count=10)
        yield LineFault(record.line, "addition", sentence)


def _is_due_later(values: Any) -> bool:
    later: bool = values["due_on"] > values["last_service_on"]
    return later


def _row(record: Record) -> CustomerRow:
    values = dict(record.values)
    values["addition"] = _addition(record.values)
    values["house_number"] = record.values["house_number"][0]
    return CustomerRow(line=record.line, **values)


def _addition(values: Any) -> str:
    after_number, addition = values["house_number"][1], values["addition"] or ""
    parts = [part.upper() for part in (after_number, addition) if part]
    return "-".join(parts)


def _faults_between(rows: tuple[CustomerRow, ...]) -> Iterator[LineFault]:
    """Yield where two rows say different things about one boiler, customer or address."""
    first_with: dict[str, int] = {}
    for row in rows:
        if row.boiler_number in first_with:
            yield LineFault(
                row.line,
                "boiler_number",
                text(
                    "Boiler %(number)s is on line %(line)s too.",
                    number=row.boiler_number,
                    line=first_with[row.boiler_number],
                ),
            )
        first_with.setdefault(row.boiler_number, row.line)
    yield from _differences(rows, OF_CUSTOMER, lambda row: row.customer_number)
    yield from _differences(rows, OF_ADDRESS, lambda row: row.address_key)


def _differences(
    rows: tuple[CustomerRow, ...],
    columns: tuple[str, ...],
    key: Callable[[CustomerRow], Hashable],
) -> Iterator[LineFault]:
    said: dict[tuple[Hashable, str], tuple[object, int]] = {}
    for row in rows:
        for column in columns:
            value = getattr(row, column)
            if value is None:
                continue
            known, line = said.setdefault((key(row), column), (value, row.line))
            if known != value:
                sentence = text(
                    "Customer %(number)s has something else here on line %(line)s.",
                    number=row.customer_number,
                    line=line,
                )
                yield LineFault(row.line, column, sentence)
