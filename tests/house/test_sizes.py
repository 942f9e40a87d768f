"""Small files, small functions, names that say something."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CODE = [file for folder in ("optimizer", "portal", "tools") for file in Path(folder).rglob("*.py")]
CODE += [Path("migrations/env.py"), Path("wsgi.py")]
TESTS = sorted(Path("tests").rglob("*.py"))
TEMPLATES = sorted(Path("portal").glob("**/templates/**/*.html"))
MACRO = re.compile(r"\{%-?\s*macro\s+(\w+).*?endmacro\s*-?%\}", re.DOTALL)
EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)(_|$)")
EMPTY_VERBS = ("get_", "handle_", "process_", "do_")
ASKED_FOR = {"process_bind_param", "process_result_value", "handle_DATA"}  # SQLAlchemy, aiosmtpd


@pytest.mark.parametrize("file", sorted(CODE), ids=str)
def test_a_file_has_at_most_300_lines(file):
    assert len(file.read_text().splitlines()) <= 300


@pytest.mark.parametrize("file", TESTS, ids=str)
def test_a_file_of_tests_has_at_most_400_lines(file):
    assert len(file.read_text().splitlines()) <= 400


@pytest.mark.parametrize("file", sorted(CODE), ids=str)
def test_a_function_has_at_most_50_lines(file):
    sizes = {function.name: lines_of(function) for function in functions(file)}
    assert not {name: size for name, size in sizes.items() if size > 50}


@pytest.mark.parametrize("file", TEMPLATES, ids=str)
def test_a_template_has_at_most_120_lines_and_a_macro_60(file):
    source = file.read_text()
    assert len(source.splitlines()) <= 120
    macros = {m.group(1): m.group(0).count("\n") + 1 for m in MACRO.finditer(source)}
    assert not {name: size for name, size in macros.items() if size > 60}


@pytest.mark.parametrize("file", sorted(CODE), ids=str)
def test_names_say_what_a_thing_is_or_does(file):
    assert not EMPTY_NAMES.search(file.stem)
    names = {function.name.lstrip("_") for function in functions(file)} - ASKED_FOR
    assert not [name for name in names if name.startswith(EMPTY_VERBS)]
    classes = [n.name for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.ClassDef)]
    assert not [name for name in classes if name.endswith(("Manager", "Helper", "Utils"))]


def test_the_package_file_of_a_subject_is_empty():
    for file in Path("portal").glob("*/__init__.py"):
        assert file.read_text() == "", file


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the lines of a function without its docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring
