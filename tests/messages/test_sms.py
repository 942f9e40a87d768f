from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.database import transaction
from portal.messages.channels import channels_from
from portal.messages.models import Medium, Stage
from portal.messages.outcomes import TemporaryFailure
from portal.messages.sender import LEASE, send_due
from portal.messages.sms import (
    Length,
    NumberUnusable,
    Sms,
    SmsFolder,
    SmsTooLong,
    enqueue_sms,
    length_of,
    phone_number,
)
from portal.settings import Settings
from tests.factories import MONDAY_NOON
from tests.messages.letters import SITE, handed_to
from tests.messages.mails import messages_about

SMS = Sms("on_my_way", "visit:17", "06 1234 5678", "De monteur is er over 20 minuten. Één tel!")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", Length(0, is_gsm=True)),
        ("a" * 160, Length(1, is_gsm=True)),
        ("a" * 161, Length(2, is_gsm=True)),
        ("a" * 306, Length(2, is_gsm=True)),
        ("a" * 307, Length(3, is_gsm=True)),
        ("€" * 80, Length(1, is_gsm=True)),
        ("a" + "€" * 80, Length(2, is_gsm=True)),
        ("a" * 152 + "€" * 77, Length(3, is_gsm=True)),  # no sign is cut in half
        ("é\n" * 80, Length(1, is_gsm=True)),
        ("ë" * 70, Length(1, is_gsm=False)),
        ("ë" * 71, Length(2, is_gsm=False)),
        ("ë" * 134, Length(2, is_gsm=False)),
        ("ë" * 135, Length(3, is_gsm=False)),
        ("👍" * 35, Length(1, is_gsm=False)),
        ("👍" * 67, Length(3, is_gsm=False)),
    ],
)
def test_a_text_is_as_long_as_the_network_counts_it(text: str, length: Length) -> None:
    assert length_of(text) == length


@given(st.text(max_size=400))
def test_parts_never_hold_more_than_fits(text: str) -> None:
    length = length_of(text)
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    assert (length.parts == 0) == (not text)
    if not length.is_gsm:
        assert units <= (70 if length.parts == 1 else 67 * length.parts)


@pytest.mark.parametrize(
    "number", ["06 1234 5678", "06-12345678", "+31 6 12345678", "0031612345678", "+31 (0)612345678"]
)
def test_a_number_is_understood_as_people_write_it(number: str) -> None:
    assert phone_number(number) == "+31612345678"


@pytest.mark.parametrize("number", ["", "0", "112", "6 12345678", "06x", "+31612345678\r\nx", "٠٦"])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(NumberUnusable):
        phone_number(number)


def queued(**values: str) -> None:
    with transaction() as session:
        enqueue_sms(session, Sms(**{**vars(SMS), **values}), MONDAY_NOON)


def test_a_text_message_travels_with_the_same_lease_and_ends_as_one_file(
    session: Session, settings: Settings
) -> None:
    queued()
    channels = channels_from(settings)
    assert send_due(MONDAY_NOON, channels, SITE).sent == 1
    (row,) = messages_about(session, "visit:17")
    assert (row.medium, row.stage, row.recipient) == (Medium.SMS, Stage.SENT, "+31612345678")
    (file,) = (settings.data_dir / "outbox_sms").iterdir()
    assert file.read_text() == f"+31612345678\n\n{SMS.text}\n"


def test_a_killed_sender_s_text_message_is_one_file_all_the_same(
    session: Session, settings: Settings
) -> None:
    class Killed(BaseException):
        pass

    class Dying(SmsFolder):
        def send(self, parcel, before_last_byte) -> None:  # type: ignore[no-untyped-def]
            super().send(parcel, before_last_byte)
            raise Killed

    queued()
    folder = settings.data_dir / "outbox_sms"
    with pytest.raises(Killed):
        send_due(MONDAY_NOON, {Medium.SMS: Dying(folder)}, SITE)
    assert messages_about(session, "visit:17")[0].stage is Stage.HANDED_OVER
    later = MONDAY_NOON + LEASE + timedelta(minutes=1)
    assert send_due(later, {Medium.SMS: SmsFolder(folder)}, SITE).sent == 1
    assert len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_tried_again(session: Session, tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("in the way")
    with pytest.raises(TemporaryFailure):
        handed_to(SmsFolder(tmp_path / "sms"), b"x")


def test_one_thing_is_said_once_at_one_moment(session: Session) -> None:
    queued()
    with pytest.raises(IntegrityError):
        queued(text="other")


@pytest.mark.parametrize("text", ["", " \x00 ", "ж" * 300])
def test_nothing_and_too_much_are_refused(session: Session, text: str) -> None:
    with pytest.raises(SmsTooLong):
        queued(text=text)


def test_a_letter_that_makes_it_too_long_loses_its_accent(session: Session) -> None:
    queued(text="Zoë " + "x" * 300, about="visit:1")
    queued(text="Zoë " + "x" * 100, about="visit:2")
    texts = [messages_about(session, f"visit:{one}")[0].raw.decode()[:4] for one in (1, 2)]
    assert texts == ["Zoe ", "Zoë "]


def test_no_sign_breaks_out_of_a_text_message(session: Session) -> None:
    queued(text="Jan\x00\r\nBcc: x\u202e\x1b[31m")
    (row,) = messages_about(session, "visit:17")
    assert row.raw == b"Jan\nBcc: x[31m"
    assert row.subject == "Jan Bcc: x[31m"
