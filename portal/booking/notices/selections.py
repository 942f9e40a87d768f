"""Mails about several ticked windows: that we choose one, and that we are sorry if we could not.

Each is called in the transaction of what it tells. Each returns None, and tells nobody, when the
customer has no usable mail address. The choice itself is told by the ordinary confirmation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.models import Selection
from portal.booking.notices.parts import free_windows
from portal.booking.ticking.decision import message_at, told_before
from portal.booking.ticking.selecting import windows_of
from portal.booking.wording import day_in_words, window_in_words
from portal.clock import local_date
from portal.customers.correspondence import Notice, Words, tell
from portal.messages.letter import Block, Button, Choices, Paragraph
from portal.messages.models import OutboxMessage
from portal.pages import clock_time
from portal.planning.windows import Window
from portal.site import Site
from portal.texts import text


def selected(
    session: Session, selection: Selection, now: datetime, *, site: Site, again: str = ""
) -> OutboxMessage | None:
    """Tell which windows were ticked and before when we choose; `again` is where to change them."""

    def words() -> Words:
        before = told_before(selection.decide_at)
        when = {"day": day_in_words(local_date(before)), "time": clock_time(before)}
        return Words(
            subject=text(
                "We choose one of your times: you hear on %(day)s before %(time)s", **when
            ),
            preview=text("You do not need to do anything now."),
            blocks=(
                Paragraph(
                    text(
                        "Thank you for ticking several times. That saves us many kilometres. We"
                        " choose one of these:"
                    )
                ),
                Choices(tuple(window_in_words(one) for one in windows_of(selection).values())),
                Paragraph(text("You hear from us on %(day)s before %(time)s.", **when)),
                Paragraph(text("Until then, please keep all these times free.")),
                *_change(site, again),
            ),
        )

    return tell(session, Notice("selected", selection.visit, words), now, site=site)


def broken(
    session: Session,
    selection: Selection,
    now: datetime,
    *,
    site: Site,
    others: Sequence[Window] = (),
    again: str = "",
) -> OutboxMessage | None:
    """Say sorry that none of the ticked windows can be kept, and name some others if there are."""

    def words() -> Words:
        return Words(
            subject=text("We are sorry: none of your times is possible any more"),
            preview=text("Please choose another time. We help you with that."),
            blocks=(
                Paragraph(
                    text(
                        "We promised you one of the times that you ticked. We cannot keep that"
                        " promise. Something changed at our side, and we are sorry."
                    )
                ),
                *free_windows(text("These times are free at this moment:"), others),
                *_new_choice(site, again),
            ),
        )

    notice = Notice("selection_broken", selection.visit, words, due_at=message_at(now))
    return tell(session, notice, now, site=site)


def _change(site: Site, again: str) -> tuple[Block, ...]:
    if not again:
        return (
            Paragraph(text("Would you like to change something? Call us or answer this mail.")),
        )
    return (
        Button(text("See or change your times"), site.base_url + again),
        Paragraph(text("There you can also choose one of the times at once, or stop.")),
    )


def _new_choice(site: Site, again: str) -> tuple[Block, ...]:
    if not again:
        return (Paragraph(text("Please call us or answer this mail. You come first with us.")),)
    return (
        Button(text("Choose a new time"), site.base_url + again),
        Paragraph(text("Would you rather call us? We look for a time with you at once.")),
    )
