from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal import tabular
from portal.customers.importing import COLUMNS, customers_from_csv
from portal.customers.models import Channel, CustomerKind, Salutation
from portal.texts import Tone, spoken_to
from tests.customers.files import ROW, csv_file

REQUIRED = {column.name for column in COLUMNS if column.required}


def faults_of(data: bytes) -> list[str]:
    with spoken_to("en"):
        read = customers_from_csv(data)
    assert not (read.rows and read.faults)
    return [str(fault) for fault in read.faults]


@pytest.fixture(autouse=True)
def _in_english(app):
    with app.app_context(), spoken_to("en"):
        yield


def test_a_whole_row_is_read():
    (row,) = customers_from_csv(csv_file()).rows
    assert (row.line, row.name, row.postcode, row.phone) == (2, ROW["name"], "8261AB", "0612345678")
    assert (row.salutation, row.tone, row.channel) == (Salutation.MEVR, Tone.FORMAL, Channel.MAIL)
    assert (row.kind, row.last_service_on) == (CustomerKind.FAMILY, date(2026, 5, 20))
    assert (row.house_number, row.addition, row.latitude) == ("30", "A", 52.557)


def test_only_seven_columns_and_a_date_are_needed():
    optional = tuple(set(ROW) - REQUIRED - {"due_on"})
    (row,) = customers_from_csv(csv_file(without=optional)).rows
    assert len(REQUIRED) == 7
    assert (row.tone, row.email, row.latitude, row.cycle_months) == (None, None, None, None)


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_commas_semicolons_byte_order_mark_and_all_line_ends_are_read(delimiter, mark, end):
    data = mark + csv_file({}, delimiter=delimiter).replace(b"\r\n", end)
    assert len(customers_from_csv(data).rows) == 1


def test_dutch_spreadsheets_are_read():
    dutch = {"due_on": "20-05-2027", "latitude": "52,557", "longitude": "5,913"}
    (row,) = customers_from_csv(csv_file(dutch, delimiter=";")).rows
    assert (row.due_on, row.latitude, row.longitude) == (date(2027, 5, 20), 52.557, 5.913)


def test_blank_lines_and_empty_cells_at_the_end_are_passed_over():
    header, row = csv_file().splitlines()
    data = b"\r\n".join([header, b"", row + b",,", b",,,", b""])
    (read,) = customers_from_csv(data).rows
    assert read.line == 3


@pytest.mark.parametrize(
    "cell", ["=1+1", "+31 is our code", "-7 degrees", "@home", "=cmd|'/C x'!A0"]
)
def test_a_cell_that_looks_like_a_formula_stays_text(cell):
    (row,) = customers_from_csv(csv_file({"name": cell})).rows
    assert row.name == cell


def test_invisible_signs_go_and_accents_are_one_sign():
    messy = {"name": " No\u00ebl\u200b \u202e de\u00a0 Bru\u0308n\n"}
    (row,) = customers_from_csv(csv_file(messy)).rows
    assert row.name == "Noël de Brün"


def test_a_house_number_with_its_letter_is_taken_apart():
    (row,) = customers_from_csv(csv_file({"house_number": "30a", "addition": ""})).rows
    assert (row.house_number, row.addition) == ("30", "A")
    (row,) = customers_from_csv(csv_file({"house_number": "30-bis", "addition": "2"})).rows
    assert (row.house_number, row.addition) == ("30", "BIS-2")


BAD_CELLS = [
    ("customer_number", "", "empty, but it is needed"),
    ("customer_number", "K" * 41, "longer than 40"),
    ("name", "A\x00B", "U+0000"),
    ("name", "bell\x07", "U+0007"),
    ("name", "x" * 2000, "longer than 1000"),
    ("salutation", "sir", "not one of: dhr, mevr, neutral"),
    ("tone", "thou", "not one of: u, je"),
    ("language", "de", "not one of: nl, en"),
    ("email", "a@b@c", "not an e-mail address"),
    ("email", "a@example.org\nBcc: b@example.org", "not an e-mail address"),
    ("phone", "123", "not a telephone number"),
    ("phone", "06-1234567x", "not a telephone number"),
    ("channel", "pigeon", "not one of: mail, letter, phone"),
    ("kind", "friend", "not one of: unknown"),
    ("house_number", "A", "not a house number"),
    ("house_number", "0", "not a house number"),
    ("addition", "x" * 11, "longer than 10"),
    ("postcode", "826 1AB", None),
    ("postcode", "8261", "not a Dutch postcode"),
    ("postcode", "0261 AB", "not a Dutch postcode"),
    ("postcode", "8261 SS", "not a Dutch postcode"),
    ("postcode", "٨٢٦١ AB", "not a Dutch postcode"),
    ("latitude", "5.91", "changed places"),
    ("latitude", "48.85", "outside the Netherlands"),
    ("latitude", "nan", "not a number of degrees"),
    ("latitude", "", "both be filled in"),
    ("longitude", "", "both be filled in"),
    ("longitude", "1e1", "not a number of degrees"),
    ("cycle_months", "0", "whole number from 1 to 120"),
    ("cycle_months", "12.5", "whole number from 1 to 120"),
    ("service_minutes", "²", "whole number from 5 to 480"),
    ("last_service_on", "2026-02-30", "no date"),
    ("last_service_on", "20/05/2026", "not a date like"),
    ("due_on", "05-20-2027", "no date"),
    ("due_on", "0027-05-20", "year of"),
    ("due_on", "2026-05-20", "later than last_service_on"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cell", "sentence"), BAD_CELLS)
def test_a_bad_cell_is_named_with_its_line_and_column(column, cell, sentence):
    found = faults_of(csv_file({}, {"boiler_number": "B2", "customer_number": "K2", column: cell}))
    if sentence is None:
        assert found == []
        return
    assert len(found) == 1, found
    assert found[0].startswith("line 3, column")
    assert sentence in found[0]


def test_every_fault_of_every_line_is_named():
    bad = {"postcode": "x", "due_on": "x", "email": "x"}
    found = faults_of(csv_file(bad, {"boiler_number": "B2"}, {**bad, "boiler_number": "B3"}))
    assert [line.split(":")[0] for line in found] == [
        f"line {line}, column {column}"
        for line in (2, 4)
        for column in ("email", "postcode", "due_on")
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"due_on": "", "last_service_on": ""}, "Fill in due_on, last_service_on, or both"),
        ({"email": ""}, "The channel is mail, but"),
        ({"channel": "phone", "phone": ""}, "The channel is phone, but"),
    ],
)
def test_cells_that_need_each_other_are_named(change, sentence):
    (found,) = faults_of(csv_file(change))
    assert sentence in found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([{}, {}], ["line 3, column boiler_number: Boiler B1 is on line 2 too."]),
        ([{}, {"boiler_number": "B2"}], []),
        ([{}, {"boiler_number": "B2", "phone": ""}], []),
        (
            [{}, {"boiler_number": "B2", "name": "J. Jansen"}],
            ["line 3, column name: Customer K1 has something else here on line 2."],
        ),
        (
            [{}, {"boiler_number": "B2", "street": "Kade"}],
            ["line 3, column street: Customer K1 has something else here on line 2."],
        ),
        ([{}, {"boiler_number": "B2", "house_number": "31", "street": "Kade"}], []),
    ],
)
def test_lines_that_contradict_each_other_are_named(changes, expected):
    assert faults_of(csv_file(*changes)) == expected


def test_wrong_columns_are_named():
    header, row = csv_file(without=("city",)).split(b"\r\n", 1)
    data = header.replace(b"make", b"brand").replace(b"tone", b"name") + b"\r\n" + row
    assert faults_of(data) == [
        "line 1, column name: This column is there twice.",
        "line 1, column brand: This column is unknown.",
        "line 1, column city: This column is missing.",
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "The file is empty"),
        (csv_file().split(b"\r\n")[0], "no rows under its column names"),
        (csv_file().decode().encode("utf-16"), "UTF-16"),
        (b"x" * (tabular.LARGEST_FILE + 1), "larger than 20 MB"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_named(data, sentence):
    assert sentence in faults_of(data)[0]


def test_every_line_in_another_encoding_is_named_with_its_letter():
    lines = csv_file({}, {"name": "Noël"}, {"name": "Zoë"}).decode().encode("cp1252")
    found = faults_of(lines)
    assert [line.split(":")[0] for line in found] == ["line 3", "line 4"]
    assert "byte 0xEB would be “ë” in Windows-1252" in found[0]


def test_a_row_with_too_many_or_too_few_cells_is_named():
    header, row, _ = csv_file().split(b"\r\n")
    found = faults_of(b"\r\n".join([header, row + b",more", row[:-11], row.replace(b"B1", b"B2")]))
    assert found == [
        "line 2: This line has 25 cells, but there are 24 columns.",
        "line 3: This line has 23 cells, but there are 24 columns.",
    ]


def test_an_open_quotation_mark_is_named_where_it_begins():
    header, row, _ = csv_file().split(b"\r\n")
    found = faults_of(b"\r\n".join([header, row, b'"K2,' + row, row, row]))
    assert found == ["line 3: A quotation mark is not closed, or stands inside a cell."]


def test_too_many_rows_and_too_many_faults_end_the_reading(monkeypatch):
    monkeypatch.setattr(tabular, "MOST_ROWS", 2)
    assert "more than 2 rows" in faults_of(csv_file({}, {}, {}))[0]
    monkeypatch.setattr(tabular, "MOST_ROWS", 100)
    monkeypatch.setattr(tabular, "MOST_FAULTS", 3)
    assert len(faults_of(csv_file(*[{"postcode": "x"}] * 50))) == 4


NAMES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@QUICK
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=5), st.sampled_from(",;"))
def test_what_is_written_is_read_back(pairs, delimiter):
    changes = [
        {"customer_number": f"K{at}", "boiler_number": f"B{at}", "name": name, "make": make}
        for at, (name, make) in enumerate(pairs)
    ]
    read = customers_from_csv(csv_file(*changes, delimiter=delimiter))
    assert not read.faults
    assert [row.name for row in read.rows] == [tabular.cleaned(name) for name, _ in pairs]
    assert [row.make for row in read.rows] == [tabular.cleaned(make) for _, make in pairs]


@QUICK
@given(st.binary(max_size=400))
def test_hostile_bytes_are_refused_with_a_sentence_never_with_a_crash(noise):
    assert faults_of(noise)
    found = customers_from_csv(csv_file() + noise)
    assert found.faults or found.rows


@QUICK
@given(st.integers(0, 600), st.binary(min_size=1, max_size=3))
def test_damage_anywhere_in_a_good_file_never_crashes(at, noise):
    data = csv_file({}, {"boiler_number": "B2"})
    found = customers_from_csv(data[:at] + noise + data[at:])
    assert found.faults or found.rows


def test_a_cell_is_never_run_or_changed_by_the_reader():
    out = io.StringIO()
    csv.writer(out).writerow(['=HYPERLINK("http://x")'])
    assert tabular.cleaned(next(csv.reader([out.getvalue()]))[0]) == '=HYPERLINK("http://x")'
