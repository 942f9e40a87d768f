"""What a letter promised to its reader, and what stands of it.

Letters belong to a higher subject, which tells of them through `set_source`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Flask, current_app
from sqlalchemy.orm import Session

from portal.booking.offering.offer import Offer, OfferedDay, OfferedWindow, by_day, offer_of
from portal.clock import local_date
from portal.planning.windows import Window

EXTENSION = "tijdvenster.printed"
TOLD_FOR = timedelta(days=21)  # so long somebody may find the letter again, and wonder


@dataclass(frozen=True, slots=True)
class PrintedTimes:
    """The windows that are printed in a visit's letter, and the last day on which they are held."""

    windows: tuple[Window, ...]
    deadline_on: date


@dataclass(frozen=True, slots=True)
class FromLetter:
    """What the page says of a letter: the windows that are kept, those lost, or that it is over."""

    days: tuple[OfferedDay, ...]
    lost: tuple[Window, ...]
    deadline_on: date
    is_over: bool


PrintedOf = Callable[[Session, int], PrintedTimes | None]


def set_source(app: Flask, source: PrintedOf) -> None:
    """Let `source` tell what is printed in the letter of a visit (by id), None without a letter."""
    app.extensions[EXTENSION] = source


def from_letter(
    session: Session, visit_id: int, offer: Offer, kept: Collection[Window], now: datetime
) -> FromLetter | None:
    """Return what to say of the visit's letter; None without one, or when it is long over.

    `kept` are the windows that are held because of it. A window that is neither kept nor free any
    more before the deadline is a promise that we broke.
    """
    source: PrintedOf = current_app.extensions[EXTENSION]
    printed = source(session, visit_id)
    today = local_date(now)
    if printed is None or today > printed.deadline_on + TOLD_FOR:
        return None
    is_over = today > printed.deadline_on
    offered = {one.window for one in offer.windows}
    lost = [one for one in printed.windows if one not in offered and one not in kept]
    days = by_day(one for one in offer.windows if one.window in kept)
    return FromLetter(days, () if is_over else tuple(lost), printed.deadline_on, is_over)


def without(offer: Offer, kept: Collection[Window]) -> Offer:
    """Return the offer without the windows that stand above it."""
    left: list[OfferedWindow] = [one for one in offer.windows if one.window not in kept]
    return offer if len(left) == len(offer.windows) else offer_of(left, offer.usual_s)
