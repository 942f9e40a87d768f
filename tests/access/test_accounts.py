from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from portal.access.actions import disable_staff, record
from portal.access.guards import Role
from portal.access.models import AuditEntry, StaffMember
from tests.conftest import MONDAY_NOON
from tests.factories import make_branch, make_technician
from tests.staff import PASSWORD, make_staff


def add(app, *arguments, role="planner", password=PASSWORD):
    line = ["staff", "add", *arguments, "--name", "Petra Test", "--role", role]
    return app.test_cli_runner().invoke(args=line, input=f"{password}\n{password}\n")


def test_the_command_adds_an_account_and_writes_it_down(app, session):
    result = add(app, "Petra@Warmhuis.example")
    assert result.exit_code == 0, result.output
    member = session.scalars(sa.select(StaffMember)).one()
    assert (member.email, member.role) == ("petra@warmhuis.example", Role.PLANNER)
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert (entry.actor, entry.action, entry.subject) == (
        "command line", "staff.add", f"staff:{member.id}",
    )  # fmt: skip
    assert PASSWORD not in result.output


def test_the_command_says_why_an_account_is_refused_and_adds_nothing(app, session):
    result = add(app, "petra@warmhuis.example", password="short")
    assert result.exit_code == 1
    assert "at least 12 characters" in result.output
    assert session.scalars(sa.select(StaffMember)).all() == []


def test_a_technician_s_account_is_tied_to_the_technician_with_that_number(app, session):
    technician = make_technician(session, number="T7")
    result = add(app, "petra@warmhuis.example", "--technician", "T7", role="technician")
    assert result.exit_code == 0, result.output
    assert session.scalars(sa.select(StaffMember)).one().technician_id == technician.id


def test_a_number_that_two_branches_use_needs_the_branch(app, session):
    branches = [make_branch(session), make_branch(session)]
    wanted = [make_technician(session, number="T7", branch_id=one.id) for one in branches]
    line = ("petra@warmhuis.example", "--technician", "T7")
    assert "say which branch" in add(app, *line, role="technician").output
    result = add(app, *line, "--branch", branches[1].slug, role="technician")
    assert result.exit_code == 0, result.output
    assert session.scalars(sa.select(StaffMember)).one().technician_id == wanted[1].id


@pytest.mark.parametrize(
    ("options", "sentence"),
    [((), "needs the technician's number"), (("--technician", "T9"), "no technician with number")],
)
def test_a_technician_s_account_without_a_technician_is_refused(app, session, options, sentence):
    result = add(app, "petra@warmhuis.example", *options, role="technician")
    assert result.exit_code == 1
    assert sentence in result.output
    assert session.scalars(sa.select(StaffMember)).all() == []


@pytest.mark.heart
def test_the_database_refuses_a_technician_s_account_without_a_technician(session):
    member = make_staff(session)
    member.role = Role.TECHNICIAN
    with pytest.raises(IntegrityError):
        session.commit()


def test_the_command_disables_an_account_at_once(app, session):
    member = make_staff(session)
    before = member.fs_uniquifier
    runner = app.test_cli_runner()
    assert runner.invoke(args=["staff", "disable", member.email.upper()]).exit_code == 0
    session.expire_all()
    assert not member.active
    assert member.fs_uniquifier != before
    assert runner.invoke(args=["staff", "disable", "nobody@warmhuis.example"]).exit_code == 1


@pytest.mark.heart
def test_the_audit_trail_keeps_who_what_when_and_the_values(session):
    record(
        session, actor="staff:3", action="visit.move", subject="appointment:17",
        now=MONDAY_NOON, detail={"from": "2027-03-01", "minutes": 12},
    )  # fmt: skip
    session.commit()
    entry = session.scalars(sa.select(AuditEntry)).one()
    assert entry.at == MONDAY_NOON
    assert entry.detail == {"from": "2027-03-01", "minutes": 12}


@pytest.mark.heart
def test_two_accounts_never_drive_one_technician_s_route(session):
    technician = make_technician(session)
    make_staff(session, Role.TECHNICIAN, technician_id=technician.id)
    with pytest.raises(IntegrityError):
        make_staff(session, Role.TECHNICIAN, email="x@y.example", technician_id=technician.id)


def test_a_disabled_account_keeps_its_name_for_the_audit_trail(session):
    member = make_staff(session)
    disable_staff(session, member)
    assert session.get(StaffMember, member.id).name == "Planner Test"
