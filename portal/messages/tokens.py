"""What the tokens in our addresses look like."""

from __future__ import annotations

import re

# No vowels and no l, o, 0, 1: no words, nothing to mistake. Servers may change the case.
ALPHABET = "23456789bcdfghjkmnpqrstvwxz"
TOKEN_LENGTH = 20  # of 27 signs: 95 bits

_TOKEN = re.compile(rf"[{ALPHABET}]{{{TOKEN_LENGTH}}}")


def is_token(value: str) -> bool:
    """Whether a text looks like a token, in small letters; whether it is one, the rows know."""
    return _TOKEN.fullmatch(value) is not None


def token_in(address: str) -> str | None:
    """Return the token in an address, in small letters; None when there is none.

    Whether we ever gave it out, and to whom, is another question: see `addresses.owner_of`.
    """
    local = address.strip().strip("<>").rpartition("@")[0]
    token = local.rpartition("+")[2].lower()
    return token if "+" in local and is_token(token) else None
