"""Where a postcode lies: what the administrator's postcode table says, best first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.cells import LATITUDES, LONGITUDES
from portal.customers.bulk import rows_among
from portal.customers.models import PostcodePlace
from portal.tabular import LineFault
from portal.texts import text

GEONAMES_COLUMNS = 12  # country, postcode, place, 3 x (name, code), latitude, longitude, accuracy


@dataclass(frozen=True)
class Place:
    """A point in degrees, with the town it is in."""

    lat: float
    lon: float
    city: str = ""


def is_in_the_netherlands(lat: float, lon: float) -> bool:
    """Return whether a point lies in the rectangle around the Netherlands."""
    return LATITUDES[0] <= lat <= LATITUDES[1] and LONGITUDES[0] <= lon <= LONGITUDES[1]


def places_of_postcodes(session: Session, postcodes: Collection[str]) -> dict[str, Place]:
    """Return where these postcodes lie, by six characters, else by four, else not at all."""
    sought = {key for postcode in postcodes for key in (postcode, postcode[:4])}
    wanted = sa.select(
        PostcodePlace.postcode, PostcodePlace.lat, PostcodePlace.lon, PostcodePlace.city
    )
    rows = rows_among(session, wanted, PostcodePlace.postcode, sought)
    known = {row["postcode"]: Place(row["lat"], row["lon"], row["city"]) for row in rows}
    found = {postcode: known.get(postcode) or known.get(postcode[:4]) for postcode in postcodes}
    return {postcode: place for postcode, place in found.items() if place is not None}


def places_from_geonames(lines: Iterable[str]) -> Iterator[tuple[str, Place] | LineFault]:
    """Yield (postcode, place) or a fault for each Dutch line of a GeoNames postal-code file.

    The format: https://download.geonames.org/export/zip/readme.txt, tab separated, no header.
    Other countries' lines are passed over.
    """
    for number, line in enumerate(lines, start=1):
        cells = line.rstrip("\r\n").split("\t")
        if cells[0].lstrip("\ufeff") == "NL":
            yield _place(number, cells)
        elif line.strip() and len(cells) < GEONAMES_COLUMNS - 1:
            sentence = text("This is not a line of a GeoNames postal-code file.")
            yield LineFault(number, "", sentence)


def _place(number: int, cells: list[str]) -> tuple[str, Place] | LineFault:
    try:
        postcode, city = cells[1].replace(" ", "").upper(), cells[2].strip()[:80]
        place = Place(float(cells[9]), float(cells[10]), city)
    except (IndexError, ValueError):
        return LineFault(number, "", text("This is not a line of a GeoNames postal-code file."))
    if len(postcode) not in (4, 6) or not postcode.isalnum():
        return LineFault(number, "", text("The postcode has to have four or six characters."))
    if not is_in_the_netherlands(place.lat, place.lon):
        return LineFault(number, "", text("The point lies outside the Netherlands."))
    return postcode, place
