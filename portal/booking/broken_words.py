"""Why we cannot keep a promise, in words: for colleagues, and for the customer without blame."""

from __future__ import annotations

from portal.booking.models import BrokenBecause
from portal.texts import text


def reason_for_staff(because: BrokenBecause) -> str:
    """Return the reason as a colleague chooses it."""
    match because:
        case BrokenBecause.STAFF:
            return text("Too few technicians that day, such as by illness")
        case BrokenBecause.REGION:
            return text("The neighbourhood cannot be reached, such as by weather or road works")
        case BrokenBecause.OVERRUN:
            return text("Earlier work takes longer than planned")
        case BrokenBecause.MISTAKE:
            return text("A mistake of ours in the planning")


def reason_for_customer(because: BrokenBecause) -> str:
    """Return the reason as the customer reads it; nobody's illness or fault is in it."""
    match because:
        case BrokenBecause.STAFF:
            return text("We have too few technicians on that day.")
        case BrokenBecause.REGION:
            return text("We cannot reach your neighbourhood on that day.")
        case BrokenBecause.OVERRUN:
            return text("Earlier work on that day takes longer than we thought.")
        case BrokenBecause.MISTAKE:
            return text("We made a mistake in our planning.")
