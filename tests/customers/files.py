"""CSV files as customers' administrations send them, for tests."""

from __future__ import annotations

import csv
import io
from typing import Any

ROW = {
    "customer_number": "K1",
    "name": "Mevr. A. de Vries",
    "surname": "de Vries",
    "salutation": "mevr",
    "tone": "u",
    "language": "nl",
    "email": "a.devries@example.org",
    "phone": "06-12345678",
    "channel": "mail",
    "kind": "family",
    "street": "IJsselkade",
    "house_number": "30",
    "addition": "A",
    "postcode": "8261 AB",
    "city": "Kampen",
    "latitude": "52.5570",
    "longitude": "5.9130",
    "boiler_number": "B1",
    "make": "Vlam 24",
    "cycle_months": "12",
    "service_minutes": "45",
    "skill": "gas",
    "last_service_on": "2026-05-20",
    "due_on": "2027-05-20",
}


def csv_file(
    *changes: dict[str, Any], delimiter: str = ",", without: tuple[str, ...] = ()
) -> bytes:
    """Return a file with a line for each set of changes to the usual row; one without any."""
    columns = [name for name in ROW if name not in without]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, delimiter=delimiter, extrasaction="ignore")
    writer.writeheader()
    writer.writerows([{**ROW, **change} for change in changes or ({},)])
    return out.getvalue().encode()
