"""A telephone number stands as people read it out, and can be tapped."""

from __future__ import annotations

import pytest

from portal.pages import to_call
from portal.telephone import dialled, grouped


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("0612345678", "06 1234 5678"),
        ("06-1234 5678", "06 1234 5678"),
        ("0301234567", "030 123 45 67"),
        ("0346123456", "0346 12 34 56"),
        ("0881234567", "088 123 45 67"),
        ("0800 1234", "0800 1234"),
        ("+49301234567", "+49301234567"),
        ("alleen ’s avonds", "alleen ’s avonds"),
    ],
)
def test_a_dutch_number_stands_in_groups_and_others_as_they_are(number: str, shown: str) -> None:
    assert grouped(number) == shown


def test_what_is_dialled_has_digits_only() -> None:
    assert dialled("030 - 123 45 67") == "tel:0301234567"
    assert dialled("+31 6 1234 5678") == "tel:+31612345678"
    assert dialled("geen") == ""


def test_only_a_number_becomes_a_link_and_words_stay_words() -> None:
    assert to_call("0612345678") == '<a class="call" href="tel:0612345678">06 1234 5678</a>'
    assert to_call("<i>geen</i>") == "&lt;i&gt;geen&lt;/i&gt;"
    assert to_call(None) == ""
