"""Telephone numbers as people read them out, and as telephones dial them. Pure."""

from __future__ import annotations

import re

# Area codes of three digits (numbering plan of the Netherlands); all others have four.
SHORT_CODE = re.compile(r"0(1[0345]|2[0346]|3[03568]|4[0356]|5[0358]|7\d|8[58])")
DUTCH = re.compile(r"0\d{9}")


def grouped(number: str) -> str:
    """Return a Dutch number in groups, such as '06 1234 5678' or '030 123 45 67'.

    What is no Dutch number of ten digits comes back as it is.
    """
    digits = re.sub(r"[\s-]", "", number)
    if not DUTCH.fullmatch(digits):
        return number
    if digits.startswith("06"):
        return f"06 {digits[2:6]} {digits[6:]}"
    if SHORT_CODE.match(digits):
        return f"{digits[:3]} {digits[3:6]} {digits[6:8]} {digits[8:]}"
    return f"{digits[:4]} {digits[4:6]} {digits[6:8]} {digits[8:]}"


def dialled(number: str) -> str:
    """Return the address that dials a number, "" when there is nothing to dial."""
    digits = re.sub(r"[^\d+]", "", number)
    return f"tel:{digits}" if len(digits) >= 3 else ""
