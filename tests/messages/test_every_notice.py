"""No message to a customer escapes the reviewers: each has files that show what it says."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

NOTICES = sorted({*Path("portal").glob("*/notices.py"), *Path("portal").glob("*/notices/*.py")})
REVIEWERS = {
    file: words
    for file in Path("tests").rglob("test_*.py")
    if "assert_as_reviewed" in (words := file.read_text())
}


def notices() -> list[tuple[str, str]]:
    """Return (file, function) of everything that puts a message in the outbox."""
    return [
        (str(file), node.name)
        for file in NOTICES
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.returns is not None
        and "OutboxMessage" in ast.unparse(node.returns)
    ]


@pytest.mark.parametrize(("file", "name"), notices())
def test_every_notice_is_compared_with_reviewed_files(file: str, name: str) -> None:
    used = re.compile(rf"\b{name}\(|\b{name}\b,|\.{name}\b")
    assert [test for test, words in REVIEWERS.items() if used.search(words)], f"{file}: {name}"


def test_there_is_something_to_look_at() -> None:
    assert len(notices()) >= 15
    assert len(REVIEWERS) >= 5
