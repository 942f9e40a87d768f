"""Fetching loses nothing: a mail is marked when it is stored, not before."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

import portal.messages.inbound.imap as imap
from portal.mail import ImapMailbox, ImapUrlInvalid, imap_mailbox
from portal.messages.inbound.imap import Fetched, MailboxUnavailable, fetch
from portal.messages.models import InboundMessage
from tests.factories import MONDAY_NOON
from tests.messages.inbound.imap_server import Mailbox, imap_server
from tests.messages.inbound.samples import as_imap_gives, sample

FIRST, SECOND, THIRD = (
    as_imap_gives(sample(name)) for name in ("kde_accepted", "google_accepted", "person_gmail_nl")
)


def stored(session: Session) -> list[bytes]:
    session.expire_all()
    return list(session.scalars(sa.select(InboundMessage.raw).order_by(InboundMessage.id)))


def box(*raws: bytes, **abilities: object) -> Mailbox:
    mailbox = Mailbox(**abilities)  # type: ignore[arg-type]
    mailbox.add(*raws)
    return mailbox


def fetched(mailbox: Mailbox, query: str = "") -> Fetched:
    with imap_server(mailbox, query) as url:
        return fetch(url, MONDAY_NOON, timeout_s=60)


@pytest.mark.heart
def test_what_arrives_is_stored_byte_by_byte_and_once(session: Session) -> None:
    mailbox = box(FIRST, SECOND)
    assert fetched(mailbox) == Fetched(2, 0)
    mailbox.add(THIRD)
    assert fetched(mailbox) == Fetched(1, 0)
    assert fetched(mailbox) == Fetched(0, 0)
    assert stored(session) == [FIRST, SECOND, THIRD]
    assert all(flags == {r"\Seen", imap.KEYWORD} for flags in mailbox.flags.values())
    assert "BODY.PEEK[]" in " ".join(mailbox.commands)


def test_a_mail_that_somebody_opened_is_fetched_all_the_same(session: Session) -> None:
    mailbox = box(FIRST)
    mailbox.flags[1].add(r"\Seen")
    assert fetched(mailbox).stored == 1


def test_where_no_marks_are_kept_what_is_unseen_is_fetched(session: Session) -> None:
    mailbox = box(FIRST, keeps_keywords=False)
    assert [fetched(mailbox).stored, fetched(mailbox).stored] == [1, 0]
    assert mailbox.flags[1] == {r"\Seen"}


@pytest.mark.parametrize("capabilities", ["IMAP4rev1 MOVE", "IMAP4rev1 UIDPLUS", "IMAP4rev1"])
def test_mails_can_be_moved_to_a_folder(session: Session, capabilities: str) -> None:
    mailbox = box(FIRST, SECOND, capabilities=capabilities)
    mailbox.flags[2].add(r"\Seen")
    assert [fetched(mailbox, "?move=Gelezen%20mail").stored for _ in range(2)] == [2, 0]
    assert mailbox.moved == {"Gelezen mail": [FIRST, SECOND]}
    assert bool(mailbox.mails) is (capabilities == "IMAP4rev1")


@pytest.mark.parametrize("query", ["", "?move=Gelezen"])
def test_a_line_that_breaks_after_storing_makes_no_second_row(session: Session, query: str) -> None:
    mailbox = box(FIRST, SECOND, hangs_up_at="UID MOVE" if query else "UID STORE")
    with pytest.raises(MailboxUnavailable):
        fetched(mailbox, query)
    assert stored(session) == [FIRST]
    mailbox.hangs_up_at = ""
    assert fetched(mailbox, query).stored == 2
    assert stored(session) == [FIRST, SECOND]


class DatabaseGone(Exception):
    """The database went away while a mail was stored."""


def breaks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first mail that is stored fail."""
    left = [DatabaseGone]
    store = imap.store

    def breaking(*values: object) -> InboundMessage:
        if left:
            raise left.pop()
        return store(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(imap, "store", breaking)


def test_what_could_not_be_stored_is_fetched_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = box(FIRST)
    breaks_once(monkeypatch)
    with pytest.raises(DatabaseGone):
        fetched(mailbox)
    assert mailbox.flags[1] == set()
    assert fetched(mailbox).stored == 1
    assert stored(session) == [FIRST]


def test_marking_before_storing_would_lose_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same crash, with the mark set before the mail is stored."""
    mailbox = box(FIRST)
    breaks_once(monkeypatch)
    give = imap.Folder.bytes_of

    def marking_first(folder: imap.Folder, uid: str) -> bytes | None:
        raw = give(folder, uid)
        folder.mark(uid)
        return raw

    with monkeypatch.context() as wrong:
        wrong.setattr(imap.Folder, "bytes_of", marking_first)
        with pytest.raises(DatabaseGone):
            fetched(mailbox)
    assert fetched(mailbox).stored == 0
    assert stored(session) == []


def test_a_mail_that_the_server_does_not_give_keeps_no_other_from_us(session: Session) -> None:
    mailbox = box(FIRST, SECOND, refuses={1})
    assert fetched(mailbox) == Fetched(1, 1)
    mailbox.refuses.clear()
    assert fetched(mailbox) == Fetched(1, 0)
    assert stored(session) == [SECOND, FIRST]


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "UID SEARCH", "UID FETCH"])
def test_a_line_that_breaks_is_named_without_the_password(app: Flask, command: str) -> None:
    mailbox = box(FIRST, hangs_up_at=command)
    with app.app_context(), pytest.raises(MailboxUnavailable) as fault:
        fetched(mailbox)
    assert "heim" not in str(fault.value)


def test_a_wrong_password_is_named_without_it(app: Flask) -> None:
    with imap_server(box()) as url, app.app_context(), pytest.raises(MailboxUnavailable) as fault:
        fetch(url.replace("ge%22heim", "verkeerd"), MONDAY_NOON)
    assert "AUTHENTICATIONFAILED" in str(fault.value)
    assert "verkeerd" not in str(fault.value)


def test_no_password_goes_bare_over_the_network(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = box(FIRST)
    monkeypatch.setattr(ImapMailbox, "is_near", False)
    with app.app_context(), pytest.raises(MailboxUnavailable, match="offers no TLS"):
        fetched(mailbox)
    assert not any("LOGIN" in command for command in mailbox.commands)


def test_the_url_says_where_the_mailbox_is() -> None:
    plain = imap_mailbox("imaps://afspraak%40warmhuis.example:ge%2Fheim@mail.example")
    assert plain == ImapMailbox(
        "mail.example", 993, True, "afspraak@warmhuis.example", "ge/heim", "INBOX", ""
    )
    other = imap_mailbox("imap://a:b@127.0.0.1:1143/Post/In?move=Post/Klaar")
    assert (other.port, other.is_near, other.folder, other.move_to) == (
        1143, True, "Post/In", "Post/Klaar",
    )  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "smtp://a:b@mail.example",
        "imaps://mail.example/INBOX",
        "imaps://a:b@/INBOX",
        "imaps://a:b@mail.example:99999/INBOX",
        "imaps://a:b@mail.example/INBOX?delete=yes",
        "imaps://a:b@mail.example/IN%0D%0ABOX",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ImapUrlInvalid) as fault:
        imap_mailbox(url)
    assert "a:b" not in str(fault.value)
