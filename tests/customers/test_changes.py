"""What was said here stays: an import does not bring back what was corrected or erased."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access.models import AuditEntry
from portal.customers.actions import import_customers
from portal.customers.changes import Change, change_customer, forget_wishes, tell_wishes
from portal.customers.importing import customers_from_csv
from portal.customers.models import Channel, Customer, CustomerKind, DayPart
from portal.messages.models import OutboxMessage
from portal.regions.models import Branch
from portal.site import Site
from portal.texts import Tone
from tests.customers.files import csv_file
from tests.factories import make_branch, make_customer
from tests.messages.mails import opened, text_of

NOW = datetime(2027, 3, 1, 11, tzinfo=UTC)
SITE = Site("http://portal.example", "Warmhuis", "030 000 01 23", "post@warmhuis.example", "8-17")
CHANGE = Change(NOW, "customer", SITE)


def imported(session: Session, branch: Branch, **values: str) -> Customer:
    rows = customers_from_csv(csv_file(values)).rows
    import_customers(session, branch, rows, NOW)
    session.commit()
    return session.scalars(sa.select(Customer)).one()


@pytest.mark.heart
def test_an_import_leaves_alone_what_was_said_here(session: Session) -> None:
    branch = make_branch(session)
    customer = imported(session, branch)
    said = {"tone": Tone.INFORMAL, "kind": CustomerKind.UNKNOWN, "phone": None}
    change_customer(session, customer, said, CHANGE)
    session.commit()
    customer = imported(session, branch, name="P. Nieuw")
    assert (customer.tone, customer.kind, customer.phone) == tuple(said.values())
    assert customer.name == "P. Nieuw"


def test_what_stays_the_same_is_neither_written_nor_told(session: Session) -> None:
    customer = make_customer(session)
    assert change_customer(session, customer, {"name": customer.name}, CHANGE) == ()
    assert customer.told == ""
    assert not session.scalars(sa.select(AuditEntry)).all()


def test_the_audit_trail_names_fields_and_no_values(session: Session) -> None:
    customer = make_customer(session, email="oud@example.org")
    new = {"name": "P. Anders", "email": "nieuw@example.org", "phone": "0612345678"}
    change_customer(session, customer, new, CHANGE)
    tell_wishes(session, customer, DayPart.MORNING, 3, CHANGE)
    forget_wishes(session, customer, CHANGE)
    entries = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [one.action for one in entries] == [
        "customer.changed", "preferences.told", "preferences.erased",
    ]  # fmt: skip
    kept = " ".join(str(one.detail) for one in entries)
    assert not any(value in kept for value in ("Anders", "example.org", "0612345678"))


def test_the_old_address_hears_what_was_changed_and_not_into_what(session: Session) -> None:
    customer = make_customer(session, email="oud@example.org")
    change_customer(session, customer, {"email": "nieuw@example.org"}, CHANGE)
    [told] = session.scalars(sa.select(OutboxMessage)).all()
    assert (told.recipient, told.due_at) == ("oud@example.org", NOW)
    assert "Mailadres" in text_of(opened(told))
    assert b"nieuw@" not in told.raw


def test_who_removes_the_address_gets_letters(session: Session) -> None:
    customer = make_customer(session, email="oud@example.org")
    fields = change_customer(session, customer, {"email": None}, CHANGE)
    assert fields == ("email", "channel")
    assert customer.channel is Channel.LETTER
