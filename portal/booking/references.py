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
LOOK_ALIKE = str.maketrans("OIL", "011")
DASHES = "\u2010-\u2015"  # what telephones and word processors make of a hyphen
RNG = secrets.SystemRandom()


def check_letter(digits: str) -> str:
    """Return the letter that belongs to a number."""
    return ALPHABET[int(digits) % len(ALPHABET)]


def drawn(rng: random.Random, digits: int) -> str:
    """Return a number of so many digits, not starting with zero, with its check letter."""
    number = str(rng.randrange(10 ** (digits - 1), 10**digits))
    return number + check_letter(number)


def understood(typed: str) -> str | None:
    """Return what somebody typed in its stored form, or None if it cannot be right.

    Letters that look like a digit, where only digits stand, are that digit.
    """
    compact = re.sub(rf"[\s.\-{DASHES}]", "", typed).upper()
    digits, letter = compact[:-1].translate(LOOK_ALIKE), compact[-1:]
    is_one = re.fullmatch(r"[0-9]{6,8}[A-Z]", digits + letter) is not None
    return digits + letter if is_one and check_letter(digits) == letter else None


def sayable(reference: str) -> str:
    """Return a reference in groups that are easy to say: '482 913 K'."""
    digits, letter = reference[:-1], reference[-1]
    groups = (
        re.findall(r"\d{1,3}", digits) if len(digits) % 3 == 0 else re.findall(r"\d{1,4}", digits)
    )
    return " ".join([*groups, letter])
