from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from portal.mail import AddressUnusable
from portal.messages.compose import Mail, Mailbox, Method, compose, message_id
from tests.calendar.hostile import HOSTILE
from tests.factories import MONDAY_NOON
from tests.messages.letters import a_mail, a_mail_with_invite


def parsed(mail: Mail) -> EmailMessage:
    message = message_from_bytes(compose(mail, MONDAY_NOON), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def tree(part: EmailMessage) -> object:
    if part.is_multipart():
        return [part.get_content_type(), *(tree(child) for child in part.iter_parts())]
    return part.get_content_type()


def test_the_invite_stands_last_in_the_alternative_and_once_as_a_file() -> None:
    message = parsed(a_mail_with_invite())
    assert tree(message) == [
        "multipart/mixed",
        ["multipart/alternative", "text/plain", "text/html", "text/calendar"],
        "application/ics",
    ]


@pytest.mark.parametrize("method", Method)
def test_the_method_is_the_same_in_parameter_and_body(method: Method) -> None:
    mail = a_mail_with_invite(method=method)
    assert mail.invite
    inline, file = list(parsed(mail).walk())[-2:]
    assert inline.get_param("method") == method.value
    assert inline.get_content_charset() == "utf-8"
    assert inline.get_content_disposition() is None
    assert inline.get_payload(decode=True) == mail.invite.ics
    assert file.get_payload(decode=True) == mail.invite.ics
    assert file.get_filename() == "invite.ics"
    assert b"METHOD:" + method.value.encode() in mail.invite.ics


def test_the_answer_goes_to_a_mailbox_with_a_name_that_is_read() -> None:
    message = parsed(a_mail())
    assert (
        message["From"] == message["Reply-To"] == "Warmhuis Onderhoud <afspraak@warmhuis.example>"
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert message["Content-Language"] == "nl"
    assert message["Date"].datetime == MONDAY_NOON


def test_the_bytes_pass_any_server() -> None:
    raw = compose(a_mail_with_invite(text="é" * 2000 + "\n"), MONDAY_NOON)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_one_state_of_an_event_has_one_identity_whenever_it_is_made() -> None:
    later = MONDAY_NOON + timedelta(days=1)
    first = a_mail_with_invite(sequence=1)
    assert message_id(first, MONDAY_NOON) == message_id(first, later)
    others = [a_mail_with_invite(sequence=2), a_mail_with_invite(1, Method.CANCEL), a_mail()]
    assert len({message_id(mail, MONDAY_NOON) for mail in (first, *others)}) == 4


def test_a_mail_without_an_invite_is_known_by_kind_subject_and_moment() -> None:
    identity = message_id(a_mail(), MONDAY_NOON)
    assert identity == message_id(a_mail(text="other"), MONDAY_NOON)
    assert identity != message_id(a_mail(), MONDAY_NOON + timedelta(seconds=1))
    assert identity != message_id(a_mail(about="visit:18"), MONDAY_NOON)
    assert identity.endswith("@warmhuis.example>")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_name_or_subject_can_add_a_header_or_a_recipient(text: str) -> None:
    mail = a_mail(subject=text, recipient=Mailbox(text, "zoe@example.org"))
    message, usual = parsed(mail), parsed(a_mail())
    assert sorted(message.keys()) == sorted(usual.keys())
    assert [one.addr_spec for one in message["To"].addresses] == ["zoe@example.org"]


@pytest.mark.parametrize("address", ["a@b.nl, c@d.nl", "a@b.nl\r\nBcc: x@y.nl", "a", "a@b.nl>"])
def test_an_address_that_is_not_plain_is_refused(address: str) -> None:
    with pytest.raises(AddressUnusable):
        compose(a_mail(recipient=Mailbox("A", address)), MONDAY_NOON)
