"""A code is understood as people type it, and a wrong one is never another's."""

from __future__ import annotations

import random

import pytest

from portal.booking.references import (
    ALPHABET,
    CODE_DIGITS,
    check_letter,
    drawn,
    sayable,
    understood,
)

CODE = "10203011" + check_letter("10203011")


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        sayable(CODE),
        f" {CODE[:4]}-{CODE[4:8]}.{CODE[8:]} ",
        f"{CODE[:4]}\u2013{CODE[4:8]}\u2011{CODE[8:]}",
        f"1O2o30Il{CODE[8:]}",
        f"i020 3oL1 {CODE[8:].lower()}",
    ],
)
def test_what_people_type_is_understood(typed: str) -> None:
    assert understood(typed) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "K",
        CODE[:-1],
        "OIL",
        "1" * 20,
        f"{CODE[:-1]}0",
        f"{CODE}K",
        f"S{CODE[1:]}",
        "٤٨٢٩١٣K",
        CODE * 9,
    ],
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert understood(typed) is None


def test_one_wrong_digit_or_two_swapped_are_found() -> None:
    code = drawn(random.Random(1), CODE_DIGITS)
    wrong = [code[:at] + other + code[at + 1 :] for at in range(8) for other in "0123456789OIL"]
    wrong += [code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in range(7)]
    assert {understood(one) for one in wrong} == {code, None}
    assert not {"O", "I"} & set(ALPHABET)
