"""Whatever decides who works marks the branch, so that no page goes on with an old roster."""

from __future__ import annotations

import re
from datetime import date, time
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.regions.models import Branch
from portal.technicians.models import Absence, AbsenceKind, Certificate, Technician
from tests.factories import make_absence, make_branch, make_technician

pytestmark = pytest.mark.heart


def stamp(session, branch_id):
    session.flush()
    return session.scalar(sa.select(Branch.roster_stamp).where(Branch.id == branch_id))


def falls_ill(technician):
    day = date(2027, 3, 8)
    technician.absences.append(Absence(first_on=day, last_on=day, kind=AbsenceKind.ILLNESS))


def learns(technician):
    technician.certificates.append(Certificate(skill="heatpump", valid_from=date(2027, 1, 1)))


def starts_later(technician):
    technician.shifts[0].starts = time(9, 30)


def works_a_day_less(technician):
    technician.shifts.pop()


def moves(technician):
    technician.start_lat += 0.1


def leaves(technician):
    technician.active = False


@pytest.mark.parametrize(
    "change", [falls_ill, learns, starts_later, works_a_day_less, moves, leaves]
)
def test_a_change_marks_the_branch(session, change):
    technician = make_technician(session)
    before = stamp(session, technician.branch_id)
    change(technician)
    assert stamp(session, technician.branch_id) != before


def test_an_absence_that_is_taken_back_marks_the_branch(session):
    technician = make_technician(session)
    absence = make_absence(session, technician=technician, first_on=date(2027, 3, 8))
    before = stamp(session, technician.branch_id)
    session.delete(absence)
    assert stamp(session, technician.branch_id) != before


def test_other_branches_are_not_marked(session):
    technician, other = make_technician(session), make_branch(session, slug="other")
    before = stamp(session, other.id)
    moves(technician)
    assert stamp(session, other.id) == before


def test_a_technician_who_changes_branch_marks_both(session):
    technician, other = make_technician(session), make_branch(session, slug="other")
    ids = (technician.branch_id, other.id)
    before = [stamp(session, number) for number in ids]
    technician.branch_id = other.id
    after = [stamp(session, number) for number in ids]
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_nothing_changes_marks_nothing(session):
    technician = make_technician(session)
    before = stamp(session, technician.branch_id)
    assert session.get(Technician, technician.id).name
    assert stamp(session, technician.branch_id) == before


def test_nobody_changes_these_tables_past_their_objects():
    """Statements on whole tables are not seen by the marks."""
    past = re.compile(r"(insert|update|delete)\((Technician|Shift|Certificate|Absence)\b")
    files = Path("portal").rglob("*.py")
    assert [str(one) for one in files if past.search(one.read_text(encoding="utf-8"))] == []
