"""Random numbers that are the same compiled and not.

Source: Marsaglia, Xorshift RNGs (2003), doi:10.18637/jss.v008.i14.
"""

from __future__ import annotations

from optimizer.strings.terrain import Flat

SIDES = 1 << 32


def drawn(dice: Flat) -> int:
    """Return the next number, 1 to SIDES - 1; `dice` holds the last one, never 0."""
    number = dice[0]
    number ^= (number << 13) & 0xFFFFFFFF
    number ^= number >> 17
    number ^= (number << 5) & 0xFFFFFFFF
    dice[0] = number
    return number


def below(dice: Flat, limit: int) -> int:
    """Return a number from 0 to `limit` - 1."""
    return drawn(dice) % limit


def chance(dice: Flat) -> float:
    """Return a number between 0 and 1, neither included."""
    return drawn(dice) / SIDES
