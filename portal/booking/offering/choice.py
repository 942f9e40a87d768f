"""What somebody may choose from at a moment, in the order in which it is shown.

The customer's page and the API both ask it here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.offering.filters import Shown, shown_of
from portal.booking.offering.offer import Offer, OfferedWindow
from portal.booking.offering.offers import holds_among, offer_with_holds, window_of_stop
from portal.booking.offering.printed import FromLetter, from_letter, without
from portal.customers.models import Visit
from portal.planning.models import HoldKind, Stop
from portal.planning.windows import Window


@dataclass(frozen=True, slots=True)
class ToChoose:
    """All of an offer, what of it a letter keeps, and what is shown of the rest."""

    offer: Offer
    letter: FromLetter | None
    shown: Shown

    @property
    def windows(self) -> tuple[OfferedWindow, ...]:
        """The windows as they are shown: those of the letter first."""
        kept = self.letter.days if self.letter is not None else ()
        return tuple(one for day in (*kept, *self.shown.days) for one in day.windows)


def to_choose(
    session: Session,
    visit: Visit,
    held: Sequence[Stop],
    asked: Mapping[str, str],
    now: datetime,
    besides: Window | None = None,
) -> ToChoose:
    """Return what a visit, with these stops held for it, may choose from.

    `asked` are filters as they stand in an address; `besides` is the window of the appointment that
    is to be moved.
    """
    holds = holds_among(held, now)
    offer = offer_with_holds(session, visit, now, besides, holds)
    printed = {
        window_of_stop(stop) for stop in holds.kept.values() if stop.hold_kind is HoldKind.LETTER
    }
    letter = from_letter(session, visit.id, offer, printed, now) if besides is None else None
    return ToChoose(offer, letter, shown_of(without(offer, printed), asked))
