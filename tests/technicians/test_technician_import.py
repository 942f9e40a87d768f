from __future__ import annotations

import csv
import io
from datetime import date, time

import pytest
import sqlalchemy as sa

from portal.technicians.importing import Skill, technicians_from_csv
from portal.technicians.models import Absence, Technician
from portal.technicians.weekly import Hours
from portal.texts import spoken_to
from tests.factories import make_branch

ROW = {
    "technician_number": "T1",
    "name": "Ada Monteur",
    "start_latitude": "52.55",
    "start_longitude": "5.91",
    "end_latitude": "",
    "end_longitude": "",
    "shift": "ma-vr 08:00-16:30",
    "workdays": "",
    "starts": "",
    "ends": "",
    "lunch_minutes": "30",
    "lunch_from": "11:30",
    "lunch_until": "13:00",
    "skills": "gas:2026-01-01..2028-01-01;heatpump",
}


def technician_file(*changes):
    out = io.StringIO()
    writer = csv.DictWriter(out, ROW)
    writer.writeheader()
    writer.writerows([{**ROW, **change} for change in changes or ({},)])
    return out.getvalue().encode()


@pytest.fixture
def run(app, tmp_path):
    def command(*changes, words=("--branch", "zwolle")):
        file = tmp_path / "technicians.csv"
        file.write_bytes(technician_file(*changes))
        line = ["technicians", "import", str(file), *words]
        return app.test_cli_runner().invoke(args=line)

    return command


@pytest.fixture
def zwolle(session):
    return make_branch(session, slug="zwolle")


def only(session):
    session.rollback()
    return session.scalars(sa.select(Technician)).one()


def test_a_row_is_read_with_its_end_at_the_start_unless_said():
    (row,) = technicians_from_csv(technician_file()).rows
    assert row.start == row.end == (52.55, 5.91)
    assert dict(row.week)[4] == Hours(time(8), time(16, 30))
    assert row.skills == (
        Skill("gas", date(2026, 1, 1), date(2028, 1, 1)),
        Skill("heatpump"),
    )
    home = {"end_latitude": "52,6", "end_longitude": "6"}
    assert technicians_from_csv(technician_file(home)).rows[0].end == (52.6, 6.0)


def test_a_week_may_stand_in_three_columns_instead():
    columns = {"shift": "", "workdays": "1,2,4", "starts": "7:30", "ends": "16:00"}
    (row,) = technicians_from_csv(technician_file(columns)).rows
    assert [day for day, _ in row.week] == [0, 1, 3]
    (row,) = technicians_from_csv(technician_file({**columns, "workdays": ""})).rows
    assert [day for day, _ in row.week] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("change", "column", "sentence"),
    [
        ({"name": ""}, "name", "empty, but it is needed"),
        ({"start_latitude": "5.9"}, "start_latitude", "changed places"),
        ({"start_longitude": ""}, "start_longitude", "empty, but it is needed"),
        ({"end_latitude": "52.5"}, "end_latitude", "both be filled in"),
        ({"shift": ""}, "shift", "either shift, or starts and ends"),
        ({"workdays": "1,2"}, "shift", "either shift, or starts and ends"),
        ({"shift": "", "starts": "8:00"}, "starts", "both starts and ends"),
        ({"shift": "", "starts": "8:00", "ends": "7:00"}, "ends", "end later than it starts"),
        ({"shift": "always"}, "shift", "not a shift like"),
        ({"shift": "", "workdays": "x"}, "workdays", "not a list of days"),
        ({"lunch_minutes": "121"}, "lunch_minutes", "whole number from 0 to 120"),
        ({"lunch_until": "11:00"}, "lunch_until", "cannot be before lunch_from"),
        ({"lunch_from": "25:00"}, "lunch_from", "not a time like"),
        ({"skills": "gas;gas"}, "skills", "twice"),
        ({"skills": "gas:2026"}, "skills", "not a period"),
        ({"skills": "gas:2028-01-01..2026-01-01"}, "skills", "cannot be before the first"),
        ({"skills": ":2026-01-01.."}, "skills", "1 to 40 characters"),
        ({"technician_number": "T0"}, "technician_number", "on line 2 too"),
    ],
)
def test_a_fault_is_named_with_its_line_and_column(app, change, column, sentence):
    with app.app_context(), spoken_to("en"):
        read = technicians_from_csv(technician_file({"technician_number": "T0"}, change))
    (fault,) = read.faults
    assert (read.rows, fault.line, fault.column) == ((), 3, column)
    assert sentence in fault.sentence


@pytest.mark.heart
def test_technicians_are_imported_and_the_same_file_changes_nothing(session, run, zwolle):
    assert "1 added, 0 changed, 0 as they were" in run({}).output
    assert "0 added, 0 changed, 1 as they were" in run({}).output
    technician = only(session)
    assert [shift.weekday for shift in technician.shifts] == [0, 1, 2, 3, 4]
    assert {one.skill for one in technician.certificates} == {"gas", "heatpump"}


@pytest.mark.heart
def test_week_and_skills_become_those_of_the_file(session, run, zwolle):
    run({})
    changed = {
        "shift": "di-wo 07:00-15:00",
        "skills": "gas:2026-01-01..2030-01-01",
        "lunch_minutes": "0",
    }
    assert "0 added, 1 changed" in run(changed).output
    technician = only(session)
    assert [(s.weekday, s.starts, s.lunch_minutes) for s in technician.shifts] == [
        (1, time(7), 0),
        (2, time(7), 0),
    ]
    assert [one.valid_until for one in technician.certificates] == [date(2030, 1, 1)]


@pytest.mark.heart
def test_one_bad_line_and_a_dry_run_import_nothing(session, run, zwolle):
    answer = run({}, {"technician_number": "T2", "shift": "x"})
    assert answer.exit_code == 1
    assert "line 3, column shift: “x” is not a shift" in answer.output
    assert run({}, words=("--branch", "zwolle", "--dry-run")).exit_code == 0
    assert session.scalar(sa.select(sa.func.count(Technician.id))) == 0


@pytest.mark.heart
def test_a_technician_is_away_once_however_often_it_is_said(app, session, run, zwolle):
    run({})
    words = ["technicians", "absent", "T1", "2027-05-03", "07-05-2027", "--kind", "illness"]
    for _ in range(2):
        answer = app.test_cli_runner().invoke(args=words)
        assert answer.exit_code == 0, answer.output
    assert "Ada Monteur is away from 2027-05-03 to 2027-05-07 (illness)." in answer.output
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Absence.id))) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["T9", "2027-05-03", "2027-05-07"], "no technician with number T9"),
        (["T1", "2027-05-07", "2027-05-03"], "cannot be before the first day"),
        (["T1", "2027-05-03", "2027-05-07"], "say which branch"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(app, session, run, zwolle, words, sentence):
    run({})
    if "which branch" in sentence:
        make_branch(session, slug="kampen")
        run({}, words=("--branch", "kampen"))
    answer = app.test_cli_runner().invoke(args=["technicians", "absent", *words])
    assert answer.exit_code == 1
    assert sentence in answer.output
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(Absence.id))) == 0
