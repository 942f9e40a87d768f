"""Letters of the demo: some on the mat since a few days, some waiting to be printed."""

from __future__ import annotations

from datetime import date, datetime

from portal.booking.circumstances import Circumstances
from portal.campaigns.actions import Sending
from portal.campaigns.letters.batches import mark_posted
from portal.campaigns.letters.queries import batch_of
from portal.campaigns.letters.selecting import select_letters
from portal.campaigns.letters.writing import write_letters
from portal.database import db, transaction
from portal.demo.past import in_the_past
from portal.regions.models import Region

POSTED_DAYS_AGO = 7
OF_EACH_REGION = 2


def write_some(sending: Sending, region_ids: tuple[int, ...], today: date) -> None:
    """Write two batches as of a week ago (posted) and of now (not printed yet)."""
    earlier = in_the_past(sending.now, POSTED_DAYS_AGO)
    batch_id = _batch(sending, region_ids, earlier)
    if batch_id is not None:
        with transaction() as session:
            on = min(batch_of(session, batch_id).post_on, today)
            mark_posted(session, batch_id, on, Circumstances(earlier, sending.by, sending.site))
    _batch(sending, region_ids, sending.now)


def _batch(sending: Sending, region_ids: tuple[int, ...], moment: datetime) -> int | None:
    at = Sending(moment, sending.by, sending.site, sending.signing_key)
    batch_id = None
    for region_id in region_ids:
        region = db.session.get_one(Region, region_id)
        selection = select_letters(db.session(), region, OF_EACH_REGION, moment)
        db.session.rollback()
        batch_id = write_letters(region_id, selection, at, batch_id).batch_id
    return batch_id
