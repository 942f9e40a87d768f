"""Every text of the portal, as the code and the templates say it, and as Dutch says it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

PORTAL = Path("portal")
DUTCH = PORTAL / "translations" / "nl"
SAYING = {"text", "_", "gettext", "source_text"}
COUNTING = {"plural", "ngettext"}
PLACES = re.compile(r"%\((\w+)\)[sd]")

Said = str | tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One Dutch text: what it translates, for which tone, and the file where it stands."""

    file: str
    tone: str
    source: Said
    dutch: tuple[str, ...]


def said() -> dict[Said, str]:
    """Return every text that is said, with a place where."""
    found: dict[Said, str] = {}
    for file in sorted(PORTAL.rglob("*.py")):
        for call in _python_calls(file):
            for message in _said_in_call(call):
                found.setdefault(message, f"{file}:{call.lineno}")
    for file in templates():
        for line, message in _said_in_template(file):
            found.setdefault(message, f"{file}:{line}")
    return found


def templates() -> list[Path]:
    """Return every template, HTML or plain text."""
    return sorted(
        path
        for folder in PORTAL.rglob("templates")
        for path in folder.rglob("*")
        if path.suffix in (".html", ".txt", ".svg")
    )


def environment() -> Environment:
    """Return Jinja as the templates need it to be read."""
    return Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True)


def dynamic_calls() -> list[str]:
    """Return the places where `text` is called with something else than a literal."""
    return [
        f"{file}:{call.lineno}"
        for file in sorted(PORTAL.rglob("*.py"))
        if file != PORTAL / "texts.py"
        for call in _python_calls(file)
        if call.args and not list(_said_in_call(call))
    ]


def _python_calls(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text())):
        is_named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if is_named and node.func.id in SAYING | COUNTING:
            yield node


def _said_in_call(call: ast.Call) -> Iterator[Said]:
    literals = [a.value for a in call.args if isinstance(a, ast.Constant)]
    words = [value for value in literals if isinstance(value, str)]
    if isinstance(call.func, ast.Name) and call.func.id in COUNTING:
        if len(words) >= 2:
            yield words[0], words[1]
    elif words:
        yield words[0]


def _said_in_template(file: Path) -> Iterator[tuple[int, Said]]:
    """Yield texts of calls; a `{% trans %}` block parses to a call of gettext or ngettext."""
    tree = environment().parse(file.read_text())
    for call in tree.find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name):
            continue
        words = [a.value for a in call.args if isinstance(a, nodes.Const)]
        words = [word for word in words if isinstance(word, str)]
        if call.node.name in COUNTING and len(words) >= 2:
            yield call.lineno, (words[0], words[1])
        elif call.node.name in SAYING and words:
            yield call.lineno, words[0]


@cache
def entries() -> tuple[Entry, ...]:
    """Return every Dutch entry of every file."""
    return tuple(
        Entry(file.name, str(message.context or "u"), _source(message.id), _all(message.string))
        for file in sorted(DUTCH.glob("*.po"))
        for message in _messages(file)
        if message.id
    )


def _messages(file: Path) -> Catalog:
    with file.open("rb") as source:
        return read_po(source, locale="nl", abort_invalid=True)


def _source(identity: str | tuple[str, ...] | list[str]) -> Said:
    return identity if isinstance(identity, str) else (identity[0], identity[1])


def _all(words: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def places(*words: str) -> set[str]:
    """Return the names of what is filled in."""
    return {name for word in words for name in PLACES.findall(word)}
