"""Mail that a machine sent by itself: nobody reads what we would answer."""

from __future__ import annotations

from portal.messages.inbound.headers import Headers

DAEMONS = ("mailer-daemon", "postmaster")


def is_automatic(headers: Headers) -> bool:
    """Whether the mail says that no person sent it.

    X-Auto-Response-Suppress is no sign of it: Exchange writes it into what people send.
    """
    submitted = headers.first("auto-submitted").split(";")[0].split("(")[0].strip().lower()
    if submitted not in ("", "no"):
        return True
    if headers.first("precedence").strip().lower() == "auto_reply":
        return True
    says_so = any(headers.all(name) for name in ("x-autoreply", "x-autorespond"))
    return says_so or has_no_sender(headers)


def has_no_sender(headers: Headers) -> bool:
    """Whether the envelope's sender is empty, as our own server noted."""
    return headers.first("return-path").replace(" ", "") == "<>"


def is_from_a_server(headers: Headers, sender: str) -> bool:
    """Whether a mail server speaks, not a person."""
    return has_no_sender(headers) or sender.partition("@")[0] in DAEMONS
