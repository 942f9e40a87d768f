"""The list that goes to the print house with the pages: a line for each letter."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from portal.booking.references import sayable
from portal.calendar.cleaning import one_line
from portal.campaigns.letters.page import LINE_SIGNS, NAME_SIGNS
from portal.campaigns.models import Letter

COLUMNS = ("page", "code", "name", "street", "postcode", "town")

# A spreadsheet takes a cell that begins so for a formula, or would after it dropped the blank.
# Source: OWASP, "CSV Injection".
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")


def address_list(letters: Sequence[Letter]) -> bytes:
    """Return the list as CSV, with semicolons and a mark for UTF-8, as Dutch Excel opens it.

    `page` is the page of the PDF. It holds what stands on the envelope, and nothing else.
    """
    file = io.StringIO(newline="")
    rows = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for page, letter in enumerate(letters, start=1):
        rows.writerow([str(page), *(inert(cell) for cell in _cells(letter))])
    return file.getvalue().encode("utf-8-sig")


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet runs: an apostrophe before what looks like a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell


def _cells(letter: Letter) -> tuple[str, ...]:
    visit = letter.invitation.visit
    address = visit.address
    return (
        sayable(letter.invitation.code),
        one_line(visit.customer.name, NAME_SIGNS),
        one_line(address.line, LINE_SIGNS),
        f"{address.postcode[:4]} {address.postcode[4:]}".strip(),
        one_line(address.city, LINE_SIGNS),
    )
