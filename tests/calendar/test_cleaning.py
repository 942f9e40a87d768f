from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.calendar.cleaning import common_name, lines, one_line
from portal.calendar.uids import new_uid
from portal.mail import mail_address
from tests.calendar.hostile import HOSTILE, extra_lines, readers_fail


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_text_adds_no_line_and_stops_no_reader(text: str) -> None:
    assert extra_lines(text) == 0
    assert not readers_fail(text)


def test_the_same_holds_where_asserts_are_off() -> None:
    done = subprocess.run(
        [sys.executable, "-O", "-m", "tests.calendar.hostile"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.split() == ["True", "0", "0"], done.stdout


@given(st.text(max_size=300))
def test_one_line_is_one_line(text: str) -> None:
    cleaned = one_line(text)
    assert len(cleaned.splitlines()) <= 1
    assert cleaned.encode().decode() == cleaned
    assert len(cleaned) <= 200
    assert one_line(cleaned) == cleaned


@given(st.text(max_size=300))
def test_lines_are_parted_by_line_feeds_only(text: str) -> None:
    cleaned = lines(text)
    assert cleaned.splitlines() == (cleaned.split("\n") if cleaned else [])
    assert lines(cleaned) == cleaned


def test_ordinary_names_are_left_as_they_are() -> None:
    for name in ("J. de Vries", "Zoë van 't Hart-Çelik", "محمد", "Bakkerij 🥖 Jansen"):
        assert common_name(name) == name


def test_double_quotes_in_a_name_become_single_ones() -> None:
    assert common_name('Jan "Jopie" Smit') == "Jan 'Jopie' Smit"


def test_an_address_keeps_its_spelling() -> None:
    assert mail_address(" J.deVries+ketel@Example.ORG ") == "J.deVries+ketel@Example.ORG"


def test_a_long_text_is_cut_with_a_sign() -> None:
    assert one_line("a" * 300, 10) == "a" * 9 + "…"


def test_uids_are_random_and_their_randomness_is_given() -> None:
    assert len({new_uid() for _ in range(1000)}) == 1000
    assert new_uid(lambda size: b"\x01" * size) == "01010101-0101-4101-8101-010101010101"
