"""The demo's own pages: be anybody with one click, read every mail."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.access.guards import Role
from portal.access.models import StaffMember
from portal.clock import now
from portal.demo.addresses import demo_addresses
from portal.messages.models import OutboxMessage
from portal.messages.sms import Sms, enqueue_sms
from tests.factories import make_branch

ROLES = tuple(role.value for role in Role)


def test_the_addresses_that_are_printed_open(demo, client, app):
    addresses = dict(demo_addresses("http://localhost", now()))
    assert {"customer", "customer with appointment", "desk", "planner", "technician"} <= set(
        addresses
    )
    for address in addresses.values():
        client.fetch(address)


def test_everybody_is_on_one_page(demo, client):
    page = client.fetch("/demo/")
    assert page.h1 == "Wie wilt u zijn?"
    assert "voorjaarsvakantie" in page.text.lower() or "meivakantie" in page.text.lower()
    for name in demo.scalars(sa.select(StaffMember.name)):
        assert name in page.text


def test_the_page_is_there_in_english(demo, client):
    client.set_language("en")
    assert client.fetch("/demo/").h1 == "Who would you like to be?"


@pytest.mark.parametrize("role", ROLES)
def test_one_button_signs_in_as_a_colleague(demo, client, role):
    page = client.fetch(f"/demo/as/{role}")
    after = client.submit(page.form("/demo/become"), status=303)
    assert after.location.startswith(("/staff/", "/route"))
    with client.http.session_transaction() as browser:
        signed_in = browser["_user_id"]
    member = demo.scalars(sa.select(StaffMember).filter_by(fs_uniquifier=signed_in)).one()
    assert member.role.value == role


def test_looking_at_a_colleague_changes_nothing(demo, client):
    client.fetch("/demo/as/planner")
    assert client.fetch("/staff/", status=302).location.startswith("/staff/sign-in")


def test_nobody_is_signed_in_without_the_page_that_asks(demo, client):
    client.post("/demo/become", {"member": "1"}, status=400)


@pytest.mark.parametrize("member", ["", "0", "nobody", "²", "99999", "1" * 40])
def test_who_does_not_exist_cannot_be_become(demo, client, member):
    form = client.fetch("/demo/as/planner").form("/demo/become")
    client.submit(form, {"member": member}, status=404)


def test_a_technician_begins_on_a_day_with_work(demo, client):
    page = client.fetch("/demo/as/technician")
    after = client.submit(page.form("/demo/become"), status=303)
    assert after.location == "/route?date=2027-03-01"


def test_the_newest_mail_stands_first(demo, client):
    page = client.fetch("/demo/outbox")
    newest = demo.scalars(
        sa.select(OutboxMessage).order_by(OutboxMessage.queued_at.desc(), OutboxMessage.id.desc())
    ).first()
    mails = [link for link in page.links if link.href.startswith("/demo/outbox/")]
    assert mails[0].href == f"/demo/outbox/{newest.id}"
    assert client.fetch(page.link("Volgende")).text != page.text


@pytest.mark.parametrize("number", ["0", "999", "x"])
def test_a_page_of_mails_that_is_not_there_does_no_harm(demo, client, number):
    client.fetch(f"/demo/outbox?page={number}", status=404 if number == "999" else 200)


def test_every_kind_of_mail_can_be_read(demo, client):
    for kind in ("invited", "confirmed", "moved", "cancelled"):
        kept = demo.scalars(sa.select(OutboxMessage).filter_by(kind=kind)).first()
        if kept is None:
            assert kind in ("moved", "cancelled")
            continue
        page = client.fetch(f"/demo/outbox/{kept.id}")
        assert page.h1 == kept.subject
        assert kept.recipient in page.text
        assert ("BEGIN:VCALENDAR" in page.text) is (kept.uid is not None)


def test_a_text_message_stands_beside_the_mails(demo, client):
    words = "Warmhuis: vandaag komen wij waarschijnlijk tussen 10:10 en 11:00."
    kept = enqueue_sms(demo, Sms("estimated", "visit:1", "0612345678", words), now())
    demo.commit()
    page = client.fetch("/demo/outbox")
    assert words in page.text
    opened = client.fetch(page.link(words))
    assert words in opened.text
    assert "+31612345678" in opened.text
    for part in ("/html", ".eml"):
        client.fetch(f"/demo/outbox/{kept.id}{part}", status=404)


def test_a_mail_in_its_frame_can_do_nothing_but_look_and_link(demo, client):
    kept = demo.scalars(sa.select(OutboxMessage)).first()
    answer = client.http.get(f"/demo/outbox/{kept.id}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert '<base target="_top">' in answer.text
    (frame,) = client.fetch(f"/demo/outbox/{kept.id}").elements("iframe")
    assert "allow-scripts" not in frame.get("sandbox")


def test_a_mail_is_downloaded_as_it_was_written(demo, client):
    kept = demo.scalars(sa.select(OutboxMessage)).first()
    answer = client.http.get(f"/demo/outbox/{kept.id}.eml")
    assert answer.data == kept.raw
    assert answer.content_type.startswith("message/rfc822")
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("path", ["/demo/outbox/0", "/demo/outbox/99999999999", "/demo/as/king"])
def test_what_is_not_there_is_not_found(demo, client, path):
    client.fetch(path, status=404)


@pytest.mark.parametrize("path", ["/demo/", "/demo/outbox", "/demo/as/planner"])
def test_the_doors_stay_shut_where_a_real_branch_is(demo, client, path):
    make_branch(demo, slug="echt")
    client.fetch(path, status=404)


def test_the_doors_stay_shut_before_the_demo_is_loaded(session, client):
    client.fetch("/demo/", status=404)
