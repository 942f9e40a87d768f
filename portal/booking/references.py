"""References and codes that people can say, type and check: digits and one check letter.

The letter is the number's remainder by 23 in an alphabet without I, O and U: it catches every wrong
digit and every swap of two neighbours (23 is prime; the scheme of the Spanish identity card).
"""

from __future__ import annotations

import random
import re
import secrets

ALPHABET = "TRWAGMYFPDXBNJZSQVHLCKE"
REFERENCE_DIGITS = 6
CODE_DIGITS = 8
RNG = secrets.SystemRandom()


def check_letter(digits: str) -> str:
    """Return the letter that belongs to a number."""
    return ALPHABET[int(digits) % len(ALPHABET)]


def drawn(rng: random.Random, digits: int) -> str:
    """Return a number of so many digits, not starting with zero, with its check letter."""
    number = str(rng.randrange(10 ** (digits - 1), 10**digits))
    return number + check_letter(number)


def understood(typed: str) -> str | None:
    """Return what somebody typed in its stored form, or None if it cannot be right."""
    compact = re.sub(r"[\s.\-]", "", typed).upper()
    match = re.fullmatch(r"(\d{6,8})([A-Z])", compact)
    if match is None or check_letter(match[1]) != match[2]:
        return None
    return compact


def sayable(reference: str) -> str:
    """Return a reference in groups that are easy to say: '482 913 K'."""
    digits, letter = reference[:-1], reference[-1]
    groups = (
        re.findall(r"\d{1,3}", digits) if len(digits) % 3 == 0 else re.findall(r"\d{1,4}", digits)
    )
    return " ".join([*groups, letter])
