from __future__ import annotations

import mailbox
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from pydantic import SecretStr

from portal.mail import SmtpUrlInvalid, smtp_server
from portal.messages.channels import MaildirChannel, mail_channel_from
from portal.messages.compose import compose
from portal.messages.outcomes import (
    NotTaken,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from portal.messages.smtp import SmtpChannel
from portal.settings import Settings, SettingsInvalid, settings_from_environment
from tests.factories import MONDAY_NOON
from tests.messages import smtp_servers
from tests.messages.letters import a_mail_with_invite, handed_to
from tests.messages.smtp_servers import PATIENCE_S, Script, broken_server, mail_server, nobody

SENDER, RECIPIENT = "afspraak@warmhuis.example", "zoe@example.org"
RAW = compose(a_mail_with_invite(), MONDAY_NOON)


def hand_over(url: str, after_dot_s: float = PATIENCE_S) -> None:
    channel = SmtpChannel(url, before_dot_s=PATIENCE_S, after_dot_s=after_dot_s)
    handed_to(channel, RAW, SENDER, RECIPIENT)


def test_the_bytes_arrive_as_they_were_made() -> None:
    with mail_server() as (url, inbox):
        hand_over(url)
    (envelope,) = inbox.taken
    assert envelope.content == RAW
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [RECIPIENT])
    parts = [part.get_content_type() for part in message_from_bytes(RAW, policy=default).walk()]
    assert parts[2:] == ["text/plain", "text/html", "text/calendar", "application/ics"]


def test_a_line_that_begins_with_a_dot_keeps_it() -> None:
    raw = b"Subject: x\r\n\r\n.\r\n..two\r\nlast"
    with mail_server() as (url, inbox):
        handed_to(SmtpChannel(url), raw)
    assert inbox.taken[0].content == raw + b"\r\n"


@pytest.mark.parametrize("answer", ["450 greylisted", "451 later", "452 full"])
@pytest.mark.parametrize("where", ["to_recipient", "to_content"])
def test_a_4xx_answer_is_temporary(where: str, answer: str) -> None:
    with mail_server() as (url, inbox):
        setattr(inbox, where, answer)
        with pytest.raises(TemporaryFailure, match=answer[:3]):
            hand_over(url)


@pytest.mark.parametrize("answer", ["550 unknown", "552 too large", "554 no"])
@pytest.mark.parametrize("where", ["to_recipient", "to_content"])
def test_a_5xx_answer_is_permanent(where: str, answer: str) -> None:
    with mail_server() as (url, inbox):
        setattr(inbox, where, answer)
        with pytest.raises(PermanentFailure, match=answer[:3]):
            hand_over(url)


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (smtp_servers.drop_at_once, TemporaryFailure),
        (smtp_servers.busy, TemporaryFailure),
        (smtp_servers.drop_in_data, UnknownOutcome),
        (smtp_servers.drop_after_dot, UnknownOutcome),
        (smtp_servers.silent_after_dot, UnknownOutcome),
    ],
)
def test_a_line_that_breaks_is_judged_by_how_far_it_came(
    script: Script, outcome: type[NotTaken]
) -> None:
    with broken_server(script) as (url, _), pytest.raises(NotTaken) as refusal:
        hand_over(url, after_dot_s=0.3)
    # a short message is in the line's buffers before the drop is seen: unknown is the safe answer
    accepted = {outcome, TemporaryFailure} if script is smtp_servers.drop_in_data else {outcome}
    assert type(refusal.value) in accepted


def test_a_server_that_hangs_up_instead_of_a_goodbye_has_the_message() -> None:
    with broken_server(smtp_servers.drop_at_quit) as (url, seen):
        hand_over(url)
    assert seen == [RAW.replace(b"\r\n.", b"\r\n..")]


def test_no_server_is_temporary() -> None:
    with nobody() as url, pytest.raises(TemporaryFailure, match="ConnectionRefusedError"):
        hand_over(url)


def test_a_wrong_password_blames_no_message() -> None:
    with mail_server() as (url, _), pytest.raises(TemporaryFailure) as refusal:
        hand_over(url.replace("//", "//user:geheim@"))
    assert "geheim" not in str(refusal.value)


def test_an_smtp_url_is_read_in_parts() -> None:
    server = smtp_server("smtps://a%40b:p%2Fw@mail.example")
    assert (server.host, server.port, server.is_tls) == ("mail.example", 465, True)
    assert (server.user, server.password, server.is_near) == ("a@b", "p/w", False)
    assert smtp_server("smtp://localhost:2525").port == 2525


@pytest.mark.parametrize("url", ["http://x", "smtp://", "smtp://x:99999", "geheim"])
def test_a_wrong_smtp_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SmtpUrlInvalid) as refusal:
        smtp_server(url)
    assert "geheim" not in str(refusal.value)


def test_a_wrong_smtp_url_stops_the_start_with_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_URL", "http://user:geheim@mail.example")
    with pytest.raises(SettingsInvalid, match=r"SMTP_URL: .*smtps://host:port") as refusal:
        settings_from_environment()
    assert "geheim" not in str(refusal.value)


def test_a_desk_that_cannot_be_answered_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIJDVENSTER_COMPANY_EMAIL", "desk@localhost")
    with pytest.raises(SettingsInvalid, match=r"TIJDVENSTER_COMPANY_EMAIL: .*plain mail address"):
        settings_from_environment()


def test_without_a_server_mail_lands_in_a_folder(tmp_path: Path) -> None:
    channel = mail_channel_from(Settings(data_dir=tmp_path / "deep"))  # type: ignore[call-arg]
    handed_to(channel, RAW)
    (kept,) = mailbox.Maildir(tmp_path / "deep" / "outbox", create=False).iterkeys()
    assert mailbox.Maildir(tmp_path / "deep" / "outbox").get_bytes(kept) == RAW


def test_a_folder_that_cannot_be_written_is_temporary(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("in the way")
    with pytest.raises(TemporaryFailure):
        handed_to(MaildirChannel(tmp_path / "outbox"), RAW)


def test_smtp_url_chooses_the_server() -> None:
    settings = Settings(SMTP_URL=SecretStr("smtp://127.0.0.1:25"))  # type: ignore[call-arg]
    assert isinstance(mail_channel_from(settings), SmtpChannel)
    demo = settings.model_copy(update={"demo": True})
    assert isinstance(mail_channel_from(demo), MaildirChannel)
