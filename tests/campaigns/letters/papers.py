"""Letters without a database, for their words and their look."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.booking.models import Invitation
from portal.booking.references import check_letter
from portal.campaigns.letters.page import LetterPage, letter_page
from portal.campaigns.models import Letter
from portal.customers.models import Address, Boiler, Customer, CustomerKind, Salutation, Visit
from portal.texts import Tone
from tests.campaigns.letters.agenda import KEY, LETTER_SITE

POSTED = date(2027, 3, 3)
LONGEST = "Westerhaar-Vriezenveensewijk"


def make_letter(number: int = 1, address: dict[str, Any] | None = None, **customer: Any) -> Letter:
    """Return a letter that is in no database."""
    owner = Customer(
        **{
            "name": "Mevr. G. de Vries",
            "surname": "de Vries",
            "salutation": Salutation.MEVR,
            "tone": Tone.FORMAL,
            "locale": "nl",
            "kind": CustomerKind.SENIOR,
            **customer,
        }
    )
    place = Address(
        **{
            "customer": owner,
            "street": "Oudegracht",
            "house_number": "112",
            "addition": "bis",
            "postcode": "3511AW",
            "city": "Utrecht",
            **(address or {}),
        }
    )
    visit = Visit(boiler=Boiler(address=place, service_minutes=45))
    digits = str(48_219_034 + number)
    code = digits + check_letter(digits)
    return Letter(
        invitation=Invitation(id=number, link_version=1, code=code, visit=visit),
        windows=[
            ["2027-09-01", "10:00", "12:00"],
            ["2027-09-09", "14:00", "16:00"],
            ["2027-09-15", "08:00", "10:00"],
        ],
        card_by_on=date(2027, 8, 18),
        deadline_on=date(2027, 8, 24),
    )


def page_of(letter: Letter, site: Any = LETTER_SITE) -> LetterPage:
    return letter_page(letter, POSTED, site, KEY)
