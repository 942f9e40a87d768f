"""What planner and desk type in, as values with a sentence for each fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import TypeVar

from portal.cells import latitude, longitude, whole_number
from portal.tabular import BadCell
from portal.texts import text

MOST_PLACES = 99
LONGEST_REASON = 120

Errors = dict[str, str]
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class WindowChange:
    """What a planner wants of one window: so many places, or (None) that it closes."""

    start: time
    places: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """Where an address lies, in degrees, and its region."""

    lat: float
    lon: float
    region_id: int


def window_change(form: Mapping[str, str]) -> tuple[WindowChange | None, Errors]:
    """Return the change that the form asks for, or what is wrong with it."""
    errors: Errors = {}
    start = read(_clock, form.get("window", ""), "window", errors)
    places = None
    if form.get("do") != "close":
        places = read(whole_number(0, MOST_PLACES), form.get("places", ""), "places", errors)
    reason = reason_of(form, errors)
    if errors or start is None:
        return None, errors
    return WindowChange(start, places, reason), {}


def reason_of(form: Mapping[str, str], errors: Errors) -> str:
    """Return why somebody decided so, after noting in `errors` when it is missing or too long."""
    reason = " ".join(form.get("reason", "").split())
    if not reason:
        errors["reason"] = text("Say in a few words why, for your colleagues.")
    elif len(reason) > LONGEST_REASON:
        errors["reason"] = text("Keep it under %(most)s characters.", most=LONGEST_REASON)
    return reason


def place_form(form: Mapping[str, str]) -> tuple[PlaceForm | None, Errors]:
    """Return the place that the form gives, or what is wrong with it."""
    errors: Errors = {}
    lat = read(latitude, form.get("lat", ""), "lat", errors)
    lon = read(longitude, form.get("lon", ""), "lon", errors)
    region_id = read(_row_id, form.get("region", ""), "region", errors)
    if lat is None or lon is None or region_id is None:
        return None, errors
    return PlaceForm(lat, lon, region_id), {}


def read(reader: Callable[[str], Value], typed: str, name: str, errors: Errors) -> Value | None:
    """Return what a field says, or None after noting in `errors` what is wrong with it."""
    try:
        return reader(typed.strip())
    except BadCell as fault:
        errors[name] = str(fault)
        return None


def _clock(typed: str) -> time:
    try:
        return time.fromisoformat(typed)
    except ValueError:
        raise BadCell(text("Choose one of the time windows on the page.")) from None


def _row_id(typed: str) -> int:
    if not typed.isascii() or not typed.isdigit() or len(typed) > 9:
        raise BadCell(text("Choose a region."))
    return int(typed)
