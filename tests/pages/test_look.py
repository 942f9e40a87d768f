from __future__ import annotations

import re
from datetime import time
from itertools import product

import pytest
from flask import render_template_string
from markupsafe import Markup

from portal.errors import Refusal
from portal.pages import STATIC
from portal.texts import text
from tests.document import parse

STYLE = (STATIC / "style.css").read_text()
GROUNDS = ("ground", "surface", "quiet")
TEXT_ON_GROUND = product(("ink", "soft", "brand", "brand-strong", "accent", "bad"), GROUNDS)
TEXT_PAIRS = (
    *TEXT_ON_GROUND,
    *product(("ink",), ("brand-tint", "accent-tint", "good-tint", "warn-tint", "bad-tint")),
    ("soft", "brand-tint"),
    ("brand-strong", "brand-tint"),
    ("accent", "brand-tint"),
    ("accent", "accent-tint"),
    ("good", "good-tint"),
    ("warn", "warn-tint"),
    ("bad", "bad-tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("on-bad", "bad"),
    ("on-chosen", "chosen"),
    ("on-focus", "focus"),
    *(("on-route", f"route-{number}") for number in range(10)),
)
SHAPE_PAIRS = (
    *product(("edge", "brand", "accent", "bad"), GROUNDS),
    *product((f"route-{number}" for number in range(10)), ("surface", "quiet")),
)


def tokens(scheme):
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.S)[:2]
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    return found | dict(
        re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark if scheme == "dark" else "")
    )


def luminance(colour):
    # WCAG 2.2, relative luminance
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_on_its_ground(scheme):
    colours = tokens(scheme)
    weak = {pair: contrast(*(colours[name] for name in pair)) for pair in TEXT_PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in weak.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_edge_and_route_can_be_seen(scheme):
    colours = tokens(scheme)
    weak = {pair: contrast(*(colours[name] for name in pair)) for pair in SHAPE_PAIRS}
    assert {pair: round(ratio, 2) for pair, ratio in weak.items() if ratio < 3} == {}


def test_every_colour_is_a_token():
    rules = STYLE.split("/* Ground */")[1].split("@media print")[0]
    assert re.findall(r"#[0-9a-f]{3,6}\b|rgb", rules) == []


@pytest.mark.parametrize(
    ("part", "kinds"),
    [
        ("button", ("primary", "secondary", "warning", "quiet")),
        ("notice", ("info", "success", "warning")),
        ("badge", ("good", "warn", "bad")),
    ],
)
def test_every_kind_of_a_part_has_a_look_of_its_own(part, kinds):
    looks = STYLE + (STATIC / "route.css").read_text()
    assert [kind for kind in kinds if f".{part}-{kind} {{" not in looks] == []


@pytest.fixture
def rendered(app):
    """Return a function that renders a piece of template into a document."""

    def render(source, **values):
        with app.test_request_context():
            html = render_template_string(source, **values)
        page = f"<!doctype html><html><head><title>x</title></head><body>{html}</body></html>"
        document = parse("/", 200, {"Content-Type": "text/html"}, page.encode())
        assert document.parse_errors == []
        return document

    return render


def test_a_field_says_its_hint_and_its_fault_to_everyone(rendered):
    page = rendered(
        "{% from 'components/field.html' import field %}"
        "{{ field('email', 'E-mail', 'a\"b<c', error='Wrong', hint='Like x@y', type='email') }}"
    )
    (control,) = page.elements("input")
    assert control.get("value") == 'a"b<c'
    assert control.get("aria-describedby") == "email-hint email-error"
    assert control.get("aria-invalid") == "true"
    assert page.first("label", **{"for": "email"}) == "E-mail"
    assert page.first("p", id="email-error") == "Wrong"


def test_a_plain_field_carries_nothing_that_is_empty(rendered):
    page = rendered("{% from 'components/field.html' import field %}{{ field('name', 'Name') }}")
    (control,) = page.elements("input")
    assert set(control.attrib) == {"id", "name", "type", "value"}


def test_the_summary_of_faults_leads_to_each_field(rendered):
    source = (
        "{% from 'components/errors.html' import error_summary %}"
        "{% from 'components/choice.html' import radios %}"
        "{{ error_summary(errors) }}"
        "{{ radios('how', 'How?', [('mail', 'E-mail', ''), ('post', 'Letter', 'Slow')], 'post') }}"
    )
    page = rendered(source, errors={"how": "Choose one"})
    assert page.link("Choose one") == "#how"
    assert [control.get("id") for control in page.elements("input")] == ["how", "how-2"]
    assert page.elements("input", id="how-2")[0].get("checked") is not None
    assert rendered(source, errors={}).elements("div", class_="error-summary") == []


@pytest.mark.parametrize(("kind", "tag"), [("radio", "label"), ("button", "button")])
def test_a_window_can_be_chosen_as_a_whole(rendered, kind, tag):
    page = rendered(
        "{% from 'components/window.html' import window_day, window_option %}"
        "{% call window_day('Monday') %}"
        "{{ window_option('window', 7, starts, ends, 'near you', kind=kind) }}{% endcall %}",
        starts=time(8), ends=time(10), kind=kind,
    )  # fmt: skip
    assert page.first("legend") == "Monday"
    assert page.first(tag, class_="window") == "08:00 – 10:00 near you"


def test_a_table_names_its_columns_and_scrolls_by_keyboard(rendered):
    page = rendered(
        "{% from 'components/table.html' import table %}"
        "{% call table('Visits', ['Who', 'Minutes'], numbers=('Minutes',)) %}"
        "<tr><th scope='row'>Ann</th><td class='number'>12</td></tr>{% endcall %}"
    )
    assert page.rows() == [["Who", "Minutes"], ["Ann", "12"]]
    assert page.elements("th", class_="number", scope="col")
    assert page.elements("div", role="region", tabindex="0")


def test_small_parts_say_what_they_are_given(rendered):
    page = rendered(
        "{% from 'components/notice.html' import notice %}"
        "{% from 'components/badge.html' import badge %}"
        "{% from 'components/summary.html' import summary_list %}"
        "{% from 'components/button.html' import button, link_button %}"
        "{% from 'components/select.html' import select %}"
        "{% from 'components/checkbox.html' import checkbox %}"
        "{% call notice('Mind', 'warning') %}<p>the step</p>{% endcall %}"
        "{{ badge('Late', 'bad') }}{{ summary_list([('Who', 'Ann'), ('When', badge('Now'))]) }}"
        "{{ button('Go', 'warning', 'go', 'now') }}{{ link_button('Back', '/x', 'secondary') }}"
        "{{ select('tongue', 'Language', [('nl', 'Dutch'), ('en', 'English')], 'en') }}"
        "{{ checkbox('early', 'Mornings', true) }}"
    )
    assert page.first("div", class_="notice-warning") == "Mind the step"
    assert page.first("span", class_="badge-bad") == "Late"
    assert page.first("dl") == "Who Ann When Now"
    assert page.elements("button", name="go", value="now", class_="button-warning")
    assert page.link("Back") == "/x"
    assert [option.get("value") for option in page.elements("option", selected="selected")] == [
        "en"
    ]
    assert page.elements("input", checked="checked", id="early")


def test_the_pager_leads_to_the_pages_beside(rendered):
    source = (
        "{% from 'components/pager.html' import pager %}"
        "{{ pager(2, pages, 'access.home', {'q': 'ann'}) }}"
    )
    assert [link.href for link in rendered(source, pages=3).links] == [
        "/staff/?page=1&q=ann",
        "/staff/?page=3&q=ann",
    ]
    assert [link.href for link in rendered(source, pages=2).links] == ["/staff/?page=1&q=ann"]


def test_a_page_that_is_not_there_is_friendly_and_shows_the_telephone(client):
    page = client.fetch("/nowhere", 404)
    assert page.h1 == "Wij kunnen deze pagina niet vinden"
    assert page.elements("a", class_="phone-large", href="tel:0300000123")
    client.set_language("en")
    assert client.fetch("/nowhere", 404).h1 == "We cannot find this page"


def test_style_and_icon_are_served_with_a_changing_address(client):
    page = client.fetch("/staff/sign-in")
    (style,) = page.elements("link", rel="stylesheet")
    assert re.fullmatch(r"/static/style\.css\?v=[0-9a-f]{10}", style.get("href"))


def test_a_refusal_is_a_person_s_sentence_not_an_error(app):
    class ShopClosed(Refusal):
        sentence = "We are closed."

    with app.test_request_context():
        body, status = app.handle_user_exception(ShopClosed())
    assert status == 409
    assert "We are closed." in body


def test_a_telephone_number_in_a_sentence_can_be_tapped(app):
    sentence = "{{ _('Call us on %(phone)s. We help you at once.', phone=company.call) }}"
    with app.test_request_context():
        page = render_template_string(sentence)
    assert '<a class="call" href="tel:0300000123">030 000 01 23</a>' in page


def test_what_stands_beside_a_link_in_a_sentence_stays_text(app):
    with app.test_request_context():
        link, name = Markup("<a>1</a>"), "<b>"
        assert text("%(link)s %(name)s", link=link, name=name) == "<a>1</a> &lt;b&gt;"
