"""The page checker finds what it should find: each bad page here breaks one rule."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.settings import Settings
from tests.document import Document, parse
from tests.page_rules import faults_of

SAFE = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
PAGE = """<!doctype html><html lang="nl"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Kop – Bedrijf</title></head>
<body><main><h1>Kop</h1>BODY</main><p>030 000 01 23</p></body></html>"""


def document(body: str = "", page: str = PAGE, headers: dict[str, str] = SAFE) -> Document:
    return parse("/", 200, headers, page.replace("BODY", body).encode())


def faults(app: Flask, found: Document) -> list[str]:
    with app.test_request_context():
        return faults_of(found, app)


def test_a_good_page_has_no_faults(app):
    good = '<form method="post"><input type="hidden" name="csrf_token" value="x"></form>'
    assert faults(app, document(good)) == []


BAD_BODIES = {
    "<h1>Tweede</h1>": "2 elements <h1>",
    '<p id="a"></p><p id="a"></p>': "stands 2 times",
    '<p aria-describedby="gone">x</p>': "points to nothing",
    '<input name="naam">': "no label",
    "<button></button>": "says nothing",
    '<p style="color: red">x</p>': "own style",
    '<p onclick="x()">x</p>': "carries a script",
    "<script>x()</script>": "inline script",
    '<img src="/static/icon.svg">': "no alt",
    "<p>Beste %(name)s</p>": "not filled in",
    "<p>None</p>": "not filled in",
    "<p>{{ name }}</p>": "not filled in",
    '<a href="/nothing-here">x</a>': "no page",
    '<a href="#">x</a>': "needs a script",
    '<a href="/" aria-label="Kom binnen">Naar begin</a>': "is seen, but",
    "<a>x</a>": "goes nowhere",
    '<form method="post"></form>': "no csrf_token",
    '<form><input type="hidden" name="a"><input type="hidden" name="a"></form>': "two fields",
    "<p>Please wait a moment</p>": "not in the language",
    "<p><div></p>": "HTML, line",
}


@pytest.mark.parametrize(("body", "fault"), BAD_BODIES.items(), ids=BAD_BODIES.values())
def test_a_bad_page_is_found(app, body, fault):
    assert re.search(re.escape(fault), "\n".join(faults(app, document(body))))


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ('lang="nl"', 'lang="de"', "html lang"),
        ("<title>Kop", "<title>Iets", "does not contain the heading"),
        ("030 000 01 23", "", "phone number"),
        ("<!doctype html>", "", "HTML, line"),
    ],
)
def test_a_bad_frame_is_found(app, good, bad, fault):
    assert fault in "\n".join(faults(app, document(page=PAGE.replace(good, bad))))


@pytest.mark.parametrize("header", ["Content-Security-Policy", "X-Content-Type-Options"])
def test_a_missing_header_is_found(app, header):
    headers = {name: value for name, value in SAFE.items() if name != header}
    assert header in "\n".join(faults(app, document(headers=headers)))


def test_the_visitor_checks_every_page_it_gets(client):
    page = client.fetch("/nothing-here", status=404)
    assert page.h1
    assert any(link.href.startswith("tel:") for link in page.links)


def test_the_visitor_reads_english_too(client):
    client.set_language("en")
    assert client.fetch("/nothing-here", status=404).h1 == "We cannot find this page"


def test_the_visitor_refuses_an_unexpected_status(client):
    with pytest.raises(AssertionError, match="404 instead of 200"):
        client.fetch("/nothing-here")


def test_the_visitor_keeps_csrf_protection_on(app: Flask, settings: Settings):
    visitor: FlaskClient = app.test_client()
    paths = [
        rule.rule for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not rule.arguments
    ]  # fmt: skip
    assert paths
    for path in paths:
        assert visitor.post(path, data={"a": "b"}).status_code == 400, path
