"""One word for one thing (docs/decisions/0008-one-word-for-one-thing.md): others stand nowhere."""

from __future__ import annotations

import re

import pytest

from tests.house.wording import PLACES, entries, said

# What is not said, and what is said instead.
DUTCH = {
    r"verplaats\w*": "verzetten",
    r"afgezegd\w*|afzegg\w*|zeg\w* .* af\b|gaat niet door": "annuleren",
    r"\w*wijzig\w* (de|uw|je) afspraak|de afspraak \w*wijzig\w*": "verzetten of annuleren",
    r"geboekt|boeking\w*|boeken|gereserveerd|reservering\w*": "de afspraak staat vast",
    r"kenmerk\w*|referentie\w*|boekingsnummer|reserveringsnummer": "afspraaknummer",
    r"servicebeurt\w*|service": "onderhoud",
    r"tijdslot\w*|tijdblok\w*|tijdsvak\w*|venster\w*": "tijdvak",
    r"technicus|technici|installateur\w*|specialist\w*": "monteur",
}
ENGLISH = {
    r"reschedul\w*|rebook\w*": "move",
    r"call(ed)? off|annul\w*": "cancel",
    r"reserv(e|ed|ation)\w*": "booked",
    r"reference\w*|booking number": "appointment number",
    r"serviced|servicing|(the|its|boiler|may we|we) service": "maintenance",
    r"time ?slots?|slots?": "window",
    r"engineer\w*|mechanic\w*|installer\w*": "technician",
}
FOR_CUSTOMERS = {"booking.po", "mail.po", "calendar.po"}
CONFIRMED = {"Appointment confirmed: %(when)s"}  # the subject of the mail, and only there


def found(words: str, forbidden: dict[str, str]) -> list[str]:
    spoken = PLACES.sub("", words)
    return [
        f"{words!r}: say {better}"
        for pattern, better in forbidden.items()
        if re.search(rf"\b({pattern})\b", spoken, re.IGNORECASE)
    ]


def test_dutch_says_one_word_for_one_thing():
    faults = [fault for one in entries() for words in one.dutch for fault in found(words, DUTCH)]
    assert not faults, "\n".join(faults)


def test_english_says_one_word_for_one_thing():
    texts = [words for one in said() for words in ((one,) if isinstance(one, str) else one)]
    faults = [fault for words in texts for fault in found(words, ENGLISH)]
    assert not faults, "\n".join(faults)


def test_only_the_subject_of_the_mail_says_confirmed():
    for one in entries():
        told = " ".join((str(one.source), *one.dutch))
        if re.search(r"\bconfirmed\b|\bbevestigd\b", told, re.IGNORECASE):
            assert one.source in CONFIRMED, f"{one.file}: {told!r}"


def test_customers_do_not_read_of_a_bezoek():
    for one in entries():
        if one.file in FOR_CUSTOMERS:
            assert not re.search(r"\bbezoek", " ".join(one.dutch), re.IGNORECASE), one.dutch


@pytest.mark.parametrize(
    ("forbidden", "words"),
    [(DUTCH, "Afspraak afgezegd: %(when)s"), (ENGLISH, "Boiler service by %(company)s")],
)
def test_another_word_is_found(forbidden, words):
    assert found(words, forbidden)
