"""A batch as the two files for the print house, from one reading: pages and list agree."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.campaigns.letters.address_list import address_list
from portal.campaigns.letters.drawing import letters_pdf
from portal.campaigns.letters.errors import BatchWithdrawn
from portal.campaigns.letters.page import LetterPage, letter_page
from portal.campaigns.letters.queries import batch_of, letters_to_print
from portal.site import Site
from portal.texts import spoken_to, text


@dataclass(frozen=True, slots=True)
class ReadBatch:
    """What is to be printed of a batch; the database is no longer needed."""

    title: str
    pages: tuple[LetterPage, ...]
    csv: bytes

    def pdf(self) -> bytes:
        """Return the letters as a PDF; takes seconds. Raises PressMissing or PressFailed."""
        return letters_pdf(self.pages, self.title)


def read_batch(session: Session, batch_id: int, site: Site, signing_key: str) -> ReadBatch:
    """Return a batch as it is to be printed now; raises BatchUnknown or BatchWithdrawn."""
    batch = batch_of(session, batch_id)
    if batch.withdrawn_at is not None:
        raise BatchWithdrawn
    letters = letters_to_print(session, batch_id)
    with spoken_to("nl"):
        title = text("Letters %(number)s, %(company)s", number=batch_id, company=site.company_name)
    return ReadBatch(
        title=title,
        pages=tuple(letter_page(one, batch.post_on, site, signing_key) for one in letters),
        csv=address_list(letters),
    )
