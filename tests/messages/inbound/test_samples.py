"""What each program writes is understood rightly, with either kind of line end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.messages.inbound.reading import (
    Bounce,
    CalendarReply,
    FreeText,
    OutOfOffice,
    Refused,
    ReplyKind,
    Trust,
)
from tests.messages.inbound.samples import (
    BOUNCE_TOKEN,
    FOLDER,
    REPLY_TOKEN,
    SENT_ID,
    UID,
    as_imap_gives,
    reading,
    sample,
)

LATER = (datetime(2027, 3, 11, 12, tzinfo=UTC), datetime(2027, 3, 11, 14, tzinfo=UTC))
ASKS = "Liever een dag later, in de middag."


def answer(
    kind: ReplyKind,
    comment: str = "",
    *,
    sequence: int = 1,
    others: int = 0,
    second: int = 3,
    proposed: tuple[datetime, datetime] | None = None,
) -> CalendarReply:
    stamp = datetime(2027, 3, 1, 11, 2, second, tzinfo=UTC)
    return CalendarReply(kind, UID, sequence, stamp, "zoe@example.org", others, proposed, comment)


def bounce(
    diagnostic: str, *, is_final: bool = True, token: str | None = BOUNCE_TOKEN, of: str = SENT_ID
) -> Bounce:
    return Bounce(token, is_final, diagnostic, "zoe@example.org", of)


CLOSED = "connect to mx.example.org[192.0.2.25]:25: Connection timed out"
CONTENTS = {
    "apple_mac_accepted": answer(ReplyKind.ACCEPTED, second=2),
    "apple_icloud_tentative": answer(ReplyKind.TENTATIVE),
    "outlook14_tentative": answer(ReplyKind.TENTATIVE, "Ik weet het morgen zeker."),
    "outlook11_counter_called_reply": answer(ReplyKind.COUNTER, ASKS, proposed=LATER),
    "exchange_declined": answer(ReplyKind.DECLINED),
    "exchange_counter": answer(ReplyKind.COUNTER, ASKS, proposed=LATER),
    "google_accepted": answer(ReplyKind.ACCEPTED),
    "google_declined_with_note": answer(
        ReplyKind.DECLINED, "Kan niet; wij zijn er die dag niet 's ochtends"
    ),
    "thunderbird_accepted": answer(ReplyKind.ACCEPTED),
    "kde_accepted": answer(ReplyKind.ACCEPTED),
    "zimbra_declined": answer(ReplyKind.DECLINED, "Wij zijn verhuisd."),
    "nextcloud_accepted": answer(ReplyKind.ACCEPTED),
    "proton_accepted": answer(ReplyKind.ACCEPTED),
    "evolution_refresh": answer(ReplyKind.REFRESH, sequence=0),
    "delegated": answer(ReplyKind.DELEGATED, others=1),
    "party_crasher": answer(ReplyKind.DECLINED, others=1),
    "without_method_in_part_or_sequence": answer(ReplyKind.ACCEPTED, sequence=0),
    "request_of_another_company": Refused("it is no answer but REQUEST"),
    "cancel_of_our_own_event": Refused("it is no answer but CANCEL"),
    "answer_about_a_series": Refused("it is about one of a series, and ours are none"),
    "winmail_dat": Refused("it is in a form that only Outlook reads (winmail.dat)"),
    "postfix_failed": bounce(
        "550 5.1.1 <zoe@example.org>: Recipient address rejected: "
        "User unknown in virtual mailbox table"
    ),
    "postfix_delayed": bounce(f"4.4.1 {CLOSED}", is_final=False),
    "postfix_expired": bounce(f"4.4.1 {CLOSED}"),
    "exim_failed": bounce("550 5.7.1 mailbox is closed"),
    "exim_old_failed": bounce("host mx.example.org [192.0.2.25]: 550 5.1.1 unknown user"),
    "exim_old_delayed": bounce(
        "host mx.example.org [192.0.2.25]: 451 4.7.1 try again later", is_final=False, of=""
    ),
    "exchange_failed": bounce(
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; "
        "Recipient zoe@example.org not found by SMTP address lookup"
    ),
    "gmail_failed": bounce("550-5.1.1 The email account that you tried to reach does not exist."),
    "qmail_failed": bounce("Remote host said: 550 5.1.1 sorry, no mailbox here by that name"),
    "known_by_what_came_back": bounce("552 5.2.2 mailbox full"),
    "known_by_message_id_only": bounce("5.2.2", token=None),
    "sieve_vacation": OutOfOffice(),
    "exchange_out_of_office": OutOfOffice(),
    "gmail_vacation": OutOfOffice(),
    "old_autoresponder": OutOfOffice(),
    "away_with_our_invite_attached": OutOfOffice(),
    "read_receipt": OutOfOffice(),
    "person_gmail_nl": FreeText(),
    "person_outlook_html": FreeText(),
    "person_apple_western": FreeText(),
    "person_top_only_quotes": FreeText(),
}
WRITTEN = {
    "person_gmail_nl": "Kan de monteur ook naar de radiator boven kijken?\n\nGroet, Zoë",
    "person_outlook_html": "Wij hebben een hond,\ngraag even bellen.",
    "person_apple_western": (
        "Het is de ingang ernaast, café De Hoek.\n\nVerstuurd vanaf mijn iPhone"
    ),
    "person_top_only_quotes": "> uw afspraak staat vast\n> tot dan",
    "zimbra_declined": "Nee, ik kom niet.\n\nWij zijn verhuisd.",
    "exchange_declined": "",
    "thunderbird_accepted": "Zoë de Wit <zoe@example.org> heeft uw uitnodiging geaccepteerd.",
}
FROM_ANOTHER = "nextcloud_accepted"  # sent by the server's own address


def test_every_sample_is_looked_at() -> None:
    assert {file.stem for file in FOLDER.glob("*.eml")} == set(CONTENTS)


@pytest.mark.parametrize("name", CONTENTS)
def test_a_mail_is_understood(name: str) -> None:
    expected = CONTENTS[name]
    found = reading(sample(name))
    assert found.content == expected
    assert found == reading(as_imap_gives(sample(name)))
    assert found.excerpt == WRITTEN.get(name, found.excerpt)
    is_answer = isinstance(expected, CalendarReply) and name != FROM_ANOTHER
    assert found.trust is (Trust.PROVEN if is_answer else Trust.DOUBTFUL)
    to_bounces = isinstance(expected, Bounce) or name == "sieve_vacation"
    assert found.reply_token == (None if to_bounces else REPLY_TOKEN)
    assert found.subject


def test_the_sender_and_the_subject_are_those_of_the_fields() -> None:
    found = reading(sample("zimbra_declined"))
    assert (found.sender, found.subject) == (
        "zoe@example.org",
        "Geweigerd: Onderhoud van uw cv-ketel",
    )


@pytest.mark.parametrize("charset", ["iso-8859-1", "utf-8", "us-ascii", "x-klingon"])
def test_letters_that_are_no_utf_8_are_read_as_western(charset: str) -> None:
    raw = sample("person_apple_western").replace(b"quoted-printable", b"8bit")
    raw = raw.replace(b"=E9", b"\xe9").replace(b"iso-8859-1", charset.encode())
    assert "café De Hoek" in reading(raw).excerpt
