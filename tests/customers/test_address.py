from __future__ import annotations

import pytest

from portal.customers.models import with_addition


@pytest.mark.parametrize(
    ("number", "addition", "written"),
    [
        ("12", "", "12"),
        ("12", "A", "12A"),
        ("12", "14", "12-14"),
        ("12", "2", "12-2"),
        ("12", "BIS", "12 BIS"),
        ("12", "-2", "12-2"),
        ("12", "A2", "12A2"),
    ],
)
def test_a_house_number_and_its_addition_stay_apart(
    number: str, addition: str, written: str
) -> None:
    assert with_addition(number, addition) == written
