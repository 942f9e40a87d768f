from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import system


@pytest.fixture
def apt_get(tmp_path: Path, monkeypatch):
    """Put an apt-get in the way that fails at one word."""

    def failing_at(word: str) -> None:
        program = tmp_path / "apt-get"
        program.write_text(f'#!/bin/sh\n[ "$1" != "{word}" ]\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    return failing_at


@pytest.mark.parametrize("word", ["update", "install"])
def test_a_step_that_fails_is_said_in_one_sentence(apt_get, capsys, word):
    apt_get(word)
    assert system.install(["apt-get", "install", "chromium"]) == 1
    assert f"“apt-get {word} " in capsys.readouterr().out


def test_installing_that_works_says_nothing(apt_get, capsys):
    apt_get("remove")
    assert system.install(["apt-get", "install", "chromium"]) == 0
    assert capsys.readouterr().out == ""
