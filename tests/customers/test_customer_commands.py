from __future__ import annotations

import random
import time
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal.customers.models import Boiler, Customer, PostcodePlace, Visit
from tests.customers.files import csv_file
from tests.factories import make_branch, make_region

pytestmark = pytest.mark.heart

GEONAMES = (
    "NL\t8261 AB\tKampen\tOverijssel\t15\tKampen\t0166\t\t\t52.5570\t5.9130\t6\n"
    "NL\t8261\tKampen\tOverijssel\t15\tKampen\t0166\t\t\t52.5550\t5.9100\t4\n"
    "BE\t1000\tBrussel\tBrussel\tBRU\t\t\t\t\t50.85\t4.35\t6\n"
)


@pytest.fixture
def run(app, tmp_path):
    """Run a command on a file with this content."""

    def command(name, content, *words):
        file = tmp_path / "file.csv"
        file.write_bytes(content)
        line = ["customers", name, str(file), *words]
        return app.test_cli_runner().invoke(args=line)

    return command


@pytest.fixture
def zwolle(session):
    branch = make_branch(session, slug="zwolle")
    make_region(session, "8261", branch=branch)
    return branch


def count(session, model):
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_a_file_is_imported_and_counted(session, run, zwolle):
    answer = run("import", csv_file({}, {"boiler_number": "B2"}), "--branch", "zwolle")
    assert answer.exit_code == 0, answer.output
    assert "customers: 1 added, 0 changed" in answer.output
    assert "visits: 2 added, 0 changed" in answer.output
    assert count(session, Visit) == 2


def test_a_dry_run_counts_and_changes_nothing(session, run, zwolle):
    answer = run("import", csv_file(), "--branch", "zwolle", "--dry-run")
    assert answer.exit_code == 0
    assert "Dry run" in answer.output
    assert "boilers: 1 added" in answer.output
    assert count(session, Customer) == 0


def test_one_bad_line_among_good_ones_imports_nothing(session, run, zwolle):
    good = [{"boiler_number": f"B{at}"} for at in range(15)]
    answer = run("import", csv_file(*good, {"postcode": "x"}), "--branch", "zwolle")
    assert answer.exit_code == 1
    assert "line 17, column postcode: “x” is not a Dutch postcode" in answer.output
    assert "1 faults; nothing was imported" in answer.output
    assert count(session, Customer) == 0


def test_a_line_that_contradicts_what_is_known_imports_nothing(session, run, zwolle):
    to_come = {"boiler_number": "B2", "last_service_on": "2027-04-01"}
    answer = run("import", csv_file({}, to_come), "--branch", "zwolle")
    assert answer.exit_code == 1
    assert "line 3, column last_service_on: This date is still to come." in answer.output
    assert count(session, Customer) == 0


def test_at_most_200_faults_are_shown_with_the_number_of_the_others(run, zwolle):
    lines = [{"boiler_number": f"B{at}", "postcode": "x"} for at in range(230)]
    answer = run("import", csv_file(*lines), "--branch", "zwolle")
    assert answer.output.count("column postcode") == 200
    assert "… and 30 more" in answer.output
    assert "230 faults" in answer.output


def test_an_unknown_branch_is_refused(run):
    answer = run("import", csv_file(), "--branch", "nowhere")
    assert answer.exit_code == 1
    assert "There is no branch called nowhere." in answer.output


def test_what_waits_is_told_and_found_with_the_postcode_table(app, session, run, zwolle):
    without = csv_file({"latitude": "", "longitude": ""})
    assert "1 visits wait for the desk" in run("import", without, "--branch", "zwolle").output
    assert "2 postcodes loaded" in run("load-postcodes", GEONAMES.encode()).output
    assert count(session, PostcodePlace) == 2
    placed = app.test_cli_runner().invoke(args=["customers", "place", "--branch", "zwolle"])
    assert "1 addresses placed; 0 visits still wait" in placed.output


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"postcode,lat,lon\n8261,52,5\n", "line 1: This is not a line of a GeoNames"),
        (b"\x89PNG\r\n\x1a\n\x00", "not a line of a GeoNames"),
        (GEONAMES.replace("52.5550", "25.5").encode(), "line 2: The point lies outside"),
        (GEONAMES.replace("8261\t", "826\t").encode(), "line 2: The postcode has to have"),
        (b"", "no Dutch postcodes"),
        (GEONAMES.splitlines()[2].encode(), "no Dutch postcodes"),
    ],
)
def test_a_postcode_file_that_is_none_is_refused_and_the_old_table_stays(
    session, run, content, sentence
):
    run("load-postcodes", GEONAMES.encode())
    answer = run("load-postcodes", content)
    assert answer.exit_code == 1
    assert sentence in answer.output
    assert count(session, PostcodePlace) == 2


def test_two_thousand_rows_are_imported(
    session, run, zwolle, record_testsuite_property, database_url
):
    seed = random.Random(7)
    lines = [
        {
            "customer_number": f"K{at}",
            "boiler_number": f"B{at}",
            "house_number": str(at % 900 + 1),
            "phone": seed.choice(["", "0612345678"]),
            "due_on": str(date(2027, 6, 1) + timedelta(days=at % 365)),
        }
        for at in range(2000)
    ]
    begin = time.perf_counter()
    answer = run("import", csv_file(*lines), "--branch", "zwolle")
    record_testsuite_property(
        f"import_2000_rows_s_{database_url[:6]}", round(time.perf_counter() - begin, 2)
    )
    assert answer.exit_code == 0, answer.output
    assert count(session, Boiler) == 2000
