"""Reads a CSV file of technicians: rows, or every line's faults. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from portal import cells
from portal.tabular import BadCell, Column, LineFault, Record, read_table, shortened
from portal.technicians.weekly import Hours, Week, hours_between, week_from_words, weekdays
from portal.texts import text

ALWAYS = date(2000, 1, 1)  # a skill without dates is valid from before anything here
USUAL_DAYS = (0, 1, 2, 3, 4)
USUAL_LUNCH = (30, time(11, 30), time(13, 0))


@dataclass(frozen=True)
class Skill:
    """A skill and from when until when it may be used, both ends included."""

    name: str
    valid_from: date = ALWAYS
    valid_until: date | None = None


@dataclass(frozen=True)
class TechnicianRow:
    """One line: a technician with places (degrees), week, lunch and skills."""

    line: int
    number: str
    name: str
    start: tuple[float, float]
    end: tuple[float, float]
    week: tuple[tuple[int, Hours], ...]
    lunch_minutes: int
    lunch_from: time
    lunch_until: time
    skills: tuple[Skill, ...]


@dataclass(frozen=True)
class TechnicianFile:
    """What a file holds: rows without any fault, or the faults in order of line and no rows."""

    rows: tuple[TechnicianRow, ...]
    faults: tuple[LineFault, ...]


def skills(cell: str) -> tuple[Skill, ...]:
    """Read gas;heatpump:2026-01-01..2028-01-01 (dates included; either may be left out)."""
    found = tuple(_skill(part) for part in re.split(r"\s*;\s*", cell.strip("; ")))
    if len({(skill.name, skill.valid_from) for skill in found}) < len(found):
        raise BadCell(text("A skill is there twice in “%(cell)s”.", cell=shortened(cell)))
    return found


def _skill(part: str) -> Skill:
    name, _, dates = (piece.strip() for piece in part.partition(":"))
    if not name or len(name) > 40:
        raise BadCell(text("A skill's name has to have 1 to 40 characters."))
    if not dates:
        return Skill(name)
    first, dots, last = (piece.strip() for piece in dates.partition(".."))
    if not dots:
        sentence = text("“%(cell)s” is not a period like 2026-01-01..2028-01-01.")
        raise BadCell(sentence % {"cell": shortened(dates)})
    skill = Skill(name, cells.day(first) if first else ALWAYS, cells.day(last) if last else None)
    if skill.valid_until and skill.valid_until < skill.valid_from:
        raise BadCell(text("The last day cannot be before the first day."))
    return skill


COLUMNS = (
    Column("technician_number", cells.words(40), required=True),
    Column("name", cells.words(120), required=True),
    Column("start_latitude", cells.latitude, required=True),
    Column("start_longitude", cells.longitude, required=True),
    Column("end_latitude", cells.latitude),
    Column("end_longitude", cells.longitude),
    Column("shift", week_from_words),
    Column("workdays", weekdays),
    Column("starts", cells.clock_time),
    Column("ends", cells.clock_time),
    Column("lunch_minutes", cells.whole_number(0, 120)),
    Column("lunch_from", cells.clock_time),
    Column("lunch_until", cells.clock_time),
    Column("skills", skills),
)


def technicians_from_csv(data: bytes) -> TechnicianFile:
    """Return the rows of a CSV file, or every fault in it; docs/import.md tells the format."""
    table = read_table(data, COLUMNS)
    broken = {fault.line for fault in table.faults}
    faults, rows, first_with = list(table.faults), [], dict[str, int]()
    for record in table.records:
        if record.line in broken:
            continue
        inside = list(_faults_inside(record))
        faults += inside
        number = record.values["technician_number"]
        if first_with.setdefault(number, record.line) != record.line:
            faults.append(_twice(record.line, number, first_with[number]))
        elif not inside:
            rows.append(_row(record))
    if faults:
        return TechnicianFile((), tuple(sorted(faults, key=lambda fault: fault.line)))
    return TechnicianFile(tuple(rows), ())


def _twice(line: int, number: str, first: int) -> LineFault:
    sentence = text("Technician %(number)s is on line %(line)s too.", number=number, line=first)
    return LineFault(line, "technician_number", sentence)


def _faults_inside(record: Record) -> Iterator[LineFault]:
    """Yield what is wrong between the cells of one row."""
    values = record.values
    has = {name for name, value in values.items() if value is not None}
    if ("end_latitude" in has) != ("end_longitude" in has):
        sentence = text("Latitude and longitude must both be filled in, or both be empty.")
        yield LineFault(record.line, "end_latitude", sentence)
    columns = has & {"workdays", "starts", "ends"}
    if ("shift" in has) == bool(columns):
        sentence = text("Fill in either shift, or starts and ends.")
        yield LineFault(record.line, "shift", sentence)
    elif columns and not {"starts", "ends"} <= has:
        yield LineFault(record.line, "starts", text("Fill in both starts and ends."))
    elif columns and values["ends"] <= values["starts"]:
        yield LineFault(record.line, "ends", text("A shift has to end later than it starts."))
    minutes, lunch_from, lunch_until = _lunch(values)
    if minutes and lunch_until < lunch_from:
        sentence = text("lunch_until cannot be before lunch_from.")
        yield LineFault(record.line, "lunch_until", sentence)


def _row(record: Record) -> TechnicianRow:
    values = record.values
    start = (values["start_latitude"], values["start_longitude"])
    end = (values["end_latitude"], values["end_longitude"])
    minutes, lunch_from, lunch_until = _lunch(values)
    return TechnicianRow(
        line=record.line,
        number=values["technician_number"],
        name=values["name"],
        start=start,
        end=start if end[0] is None else end,
        week=tuple(sorted(_week(values).items())),
        lunch_minutes=minutes,
        lunch_from=lunch_from,
        lunch_until=lunch_until,
        skills=values["skills"] or (),
    )


def _week(values: Any) -> Week:
    if values["shift"] is not None:
        return dict(values["shift"])
    hours = hours_between(values["starts"], values["ends"])
    return dict.fromkeys(values["workdays"] or USUAL_DAYS, hours)


def _lunch(values: Any) -> tuple[int, time, time]:
    minutes, lunch_from, lunch_until = USUAL_LUNCH
    return (
        minutes if values["lunch_minutes"] is None else values["lunch_minutes"],
        values["lunch_from"] or lunch_from,
        values["lunch_until"] or lunch_until,
    )
