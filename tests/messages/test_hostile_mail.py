from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.calendar.hostile import HOSTILE
from tests.messages.hostile_mail import ADDRESSES, excess, is_let_in


def test_there_are_at_least_60_hostile_texts() -> None:
    assert len(set(HOSTILE)) >= 60


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_adds_a_header_a_part_or_a_recipient(text: str) -> None:
    assert excess(text) == 0


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=40), st.text(max_size=20), st.sampled_from("bBqQ"))
def test_nothing_hides_in_an_encoded_word(hidden: bytes, beside: str, kind: str) -> None:
    """The library would decode it, and write line ends that nobody saw."""
    for coded in (base64.b64encode(hidden).decode(), "".join(f"={one:02X}" for one in hidden)):
        for charset in ("utf-8", "latin-1", "utf-7"):
            assert excess(f"{beside}=?{charset}?{kind}?{coded}?={beside}") == 0


@pytest.mark.parametrize("address", ADDRESSES, ids=range(len(ADDRESSES)))
def test_what_is_no_address_gets_no_mail(address: str) -> None:
    assert not is_let_in(address)


def test_the_same_holds_where_asserts_are_off() -> None:
    done = subprocess.run(
        [sys.executable, "-O", "-m", "tests.messages.hostile_mail"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stdout.split() == ["True", "0", "0"], done.stdout
