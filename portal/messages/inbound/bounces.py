"""What mail servers say of a message of ours: it came back, or it is late (RFC 3464 and before)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.calendar.cleaning import one_line
from portal.mail import AddressUnusable, mail_address
from portal.messages.inbound.automatic import is_from_a_server
from portal.messages.inbound.contents import Bounce, OutOfOffice, Refused
from portal.messages.inbound.headers import Headers, headers_in
from portal.messages.inbound.limits import LARGEST_TEXT
from portal.messages.inbound.own import Us
from portal.messages.inbound.parts import Mail, Part
from portal.messages.tokens import is_token

STATUS = "message/delivery-status"
RECEIPTS = ("disposition-notification",)  # somebody opened it, which nobody asked
COMPLAINT = "feedback-report"  # RFC 5965; it quotes whole servers' answers, and nothing came back
RETURNED = ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers", "message/global")
DIAGNOSTIC_LIMIT = 250
MOST_BLOCKS = 30

_MESSAGE_ID = re.compile(r"^message-id:\s{0,3}(<[!-;=?-~]{3,180}>)", re.IGNORECASE | re.MULTILINE)
_STATUS = re.compile(r"\b([245])\.\d{1,3}\.\d{1,3}\b")
_REPLY_CODE = re.compile(r"\b([45])\d\d[ -]")
_ADDRESS = re.compile(r"^[ \t]*<?([^\s<>@]{1,64}@[^\s<>@:]{3,190})(?:>|:|[ \t]*\r?$)", re.MULTILINE)
_OLD_FORMS = re.compile(
    r"This is the qmail-send program at|This message was created automatically by mail delivery"
    r"|could not be delivered to (?:one or more|the following|all)|Undelivered Mail Returned",
    re.IGNORECASE,
)
_LATE = re.compile(
    r"has not (?:yet )?been delivered|this is a warning message only|delivery is delayed"
    r"|will be tried again|no action is required on your part",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"permanent error|i've given up|following address(?:es)? failed", re.IGNORECASE
)


def is_report(mail: Mail) -> bool:
    """Whether the mail is a report of a mail server or program, whatever else is in it."""
    return mail.kind == "multipart/report" or any(part.kind == STATUS for part in mail.parts)


def report_in(mail: Mail, us: Us) -> Bounce | OutOfOffice | Refused:
    """Return what a report says: a bounce, a receipt (nobody asked for it), or for a person."""
    status = next((part for part in mail.parts if part.kind == STATUS), None)
    report_type = mail.parameters.get("report-type", "").lower()
    if status is None and report_type in RECEIPTS:
        return OutOfOffice()
    if status is None and report_type == COMPLAINT:
        return Refused("a mail host says that its user calls our mail spam")
    blocks = _blocks(status) if status is not None else []
    recipients = [block for block in blocks if block.first("action") or block.first("status")]
    if not recipients:
        return _in_words(mail, us)
    failed = [block for block in recipients if _is_final(block)]
    about = (failed or recipients)[0]
    return Bounce(
        token=_token(mail, us, blocks),
        is_final=bool(failed),
        diagnostic=_diagnostic(about),
        recipient=_recipient(about),
        message_id=_message_id(mail),
    )


def old_bounce_in(mail: Mail, us: Us, sender: str) -> Bounce | Refused | None:
    """Return a bounce in words only, as qmail and old servers write; None when it is none."""
    failed = mail.headers.addresses("x-failed-recipients")
    if not failed and not is_from_a_server(mail.headers, sender):
        return None
    if not failed and not _OLD_FORMS.search(_words(mail)):
        return None
    return _in_words(mail, us)


def _in_words(mail: Mail, us: Us) -> Bounce | Refused:
    words = _words(mail)
    own, returned = _split_at_returned(words)
    is_final = _is_final_by_words(own)
    if is_final is None:
        return Refused("a server's report that does not say whether it goes on trying")
    failed = mail.headers.addresses("x-failed-recipients") or _ADDRESS.findall(own)
    return Bounce(
        token=us.bounce_token(mail.headers) or us.bounce_token_within(returned),
        is_final=is_final,
        diagnostic=_telling_line(own),
        recipient=_plain(failed[0]) if failed else "",
        message_id=_message_id(mail),
    )


def _blocks(status: Part) -> list[Headers]:
    text = status.content(LARGEST_TEXT).replace(b"\r\n", b"\n")
    blocks = re.split(rb"\n[ \t]*\n", text, maxsplit=MOST_BLOCKS)
    return [headers_in(block) for block in blocks[:MOST_BLOCKS]]


def _is_final(block: Headers) -> bool:
    """Whether a server gave up: what it did counts, for one may give up after 4.4.7."""
    action = block.first("action").split("(")[0].strip().lower()
    if action in ("failed", "delayed", "delivered", "relayed", "expanded"):
        return action == "failed"
    return block.first("status").strip().startswith("5")


def _diagnostic(block: Headers) -> str:
    said = block.first("diagnostic-code").partition(";")[2] or block.first("diagnostic-code")
    status = block.first("status").split("(")[0].strip()
    return one_line(said if _STATUS.search(said) else f"{status} {said}", DIAGNOSTIC_LIMIT)


def _recipient(block: Headers) -> str:
    said = block.first("original-recipient") or block.first("final-recipient")
    return _plain(said.partition(";")[2] or said)


def _plain(address: str) -> str:
    try:
        return mail_address(address.strip().strip("<>")).lower()
    except AddressUnusable:
        return ""


def _token(mail: Mail, us: Us, blocks: list[Headers]) -> str | None:
    """Return the message's token: from the envelope, the report's own fields, what came back."""
    if token := us.bounce_token(mail.headers):
        return token
    named = next((said for block in blocks if (said := block.first("original-envelope-id"))), "")
    if is_token(named.strip().lower()):
        return named.strip().lower()
    fields = "\n".join(value for block in blocks for _name, value in block.fields)
    texts = (fields, *(part.text(LARGEST_TEXT) for part in _returned(mail)))
    return next((token for text in texts if (token := us.bounce_token_within(text))), None)


def _message_id(mail: Mail) -> str:
    texts = [part.text(LARGEST_TEXT) for part in _returned(mail)] or [
        _split_at_returned(_words(mail))[1]
    ]
    found = (_MESSAGE_ID.search(text) for text in texts)
    return next((match[1] for match in found if match), "")


def _returned(mail: Mail) -> Iterator[Part]:
    return (part for part in mail.parts if part.kind in RETURNED)


def _words(mail: Mail) -> str:
    first = next((part for part in mail.parts if part.kind in ("text/plain", "text/html")), None)
    return first.text(LARGEST_TEXT) if first else ""


def _split_at_returned(words: str) -> tuple[str, str]:
    """Return what the server says, and the copy of ours below it."""
    found = re.search(r"^-{3,}.{0,80}$", words, re.MULTILINE)
    return (words[: found.start()], words[found.end() :]) if found else (words, words)


def _is_final_by_words(words: str) -> bool | None:
    if _LATE.search(words):
        return False
    if _GIVEN_UP.search(words):
        return True
    codes = {match[1] for match in (*_STATUS.finditer(words), *_REPLY_CODE.finditer(words))}
    if "5" in codes:
        return True
    return False if "4" in codes else None


def _telling_line(words: str) -> str:
    """Return the line with the server's code, else the last one."""
    said = [line for line in words.splitlines() if line.strip()]
    coded = [line for line in said if _STATUS.search(line) or _REPLY_CODE.search(line)]
    return one_line((coded or said or [""])[-1 if not coded else 0], DIAGNOSTIC_LIMIT)
