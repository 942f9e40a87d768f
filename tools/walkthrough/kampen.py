"""Real addresses as a company's own files: customers with boilers, technicians, regions."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

REGIONS = ("Noord", "Midden", "Zuid")

Row = dict[str, str]


def places_in(addresses: Path) -> list[Row]:
    """Return the addresses with a plain house number."""
    with addresses.open(encoding="utf-8", newline="") as source:
        return [row for row in csv.DictReader(source) if re.fullmatch(r"\d+", row["house_number"])]


def thirds(customers: Sequence[Row]) -> list[tuple[str, list[str]]]:
    """Return three regions of about equally many customers, each of whole four-digit postcodes."""
    counts: dict[str, int] = {}
    for row in customers:
        counts[row["postcode"][:4]] = counts.get(row["postcode"][:4], 0) + 1
    groups: list[tuple[int, list[str]]] = [(0, []) for _ in REGIONS]
    for pc4 in sorted(counts, key=lambda one: (-counts[one], one)):
        least = min(range(len(groups)), key=lambda at: groups[at][0])
        total, members = groups[least]
        groups[least] = (total + counts[pc4], [*members, pc4])
    return [(name, group) for name, (_, group) in zip(REGIONS, groups, strict=True) if group]


def technician(home: Row, number: int) -> Row:
    """Return somebody who starts and ends the day at home."""
    return {
        "technician_number": f"M{number + 1}",
        "name": f"Monteur {number + 1}",
        "start_latitude": home["latitude"],
        "start_longitude": home["longitude"],
        "workdays": "1,2,3,4,5",
        "starts": "08:00",
        "ends": "16:30",
        "lunch_minutes": "30",
        "lunch_from": "11:30",
        "lunch_until": "13:00",
        "skills": "",
    }


def customers(places: Sequence[Row], today: date, rng: random.Random) -> Iterator[Row]:
    """Yield one boiler per place, due at random within the coming year."""
    for number, place in enumerate(places):
        due_on = today + timedelta(days=rng.randint(-14, 350))
        yield {
            "customer_number": f"K{number}",
            "name": f"Klant {number}",
            "email": f"klant{number}@kampen.example",
            "street": place["street"],
            "house_number": place["house_number"],
            "postcode": place["postcode"],
            "city": place["city"],
            "latitude": place["latitude"],
            "longitude": place["longitude"],
            "boiler_number": f"B{number}",
            "service_minutes": str(rng.choice((30, 45, 45, 60))),
            "due_on": due_on.isoformat(),
        }


def write(file: Path, rows: Iterable[Row]) -> Path:
    """Return the CSV file that was made of the rows."""
    found = list(rows)
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, fieldnames=list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    return file
