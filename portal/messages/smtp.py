"""Hands one message to a mail server, and always knows how far it came."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property

from portal.mail import SmtpServer, smtp_server
from portal.messages.outcomes import (
    NotTaken,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from portal.messages.parcel import BeforeLastByte, Parcel

BEFORE_DOT_S = 30.0
AFTER_DOT_S = 600.0  # RFC 5321, section 4.5.3.2.6: a server may take ten minutes to say yes
CONNECTING = "connecting"


class SmtpChannel:
    """A mail server; every message has a connection of its own."""

    def __init__(
        self, url: str, before_dot_s: float = BEFORE_DOT_S, after_dot_s: float = AFTER_DOT_S
    ) -> None:
        self._server = smtp_server(url)
        self._before_dot_s = before_dot_s
        self._after_dot_s = after_dot_s

    def send(self, parcel: Parcel, before_last_byte: BeforeLastByte) -> None:
        """Return when the server took the message; raises Temporary-, PermanentFailure or Unknown.

        A server that is away, busy or refuses us is temporary: the message is not to blame. A
        5xx answer to the recipient or the content is permanent.
        """
        with _named_failures(TemporaryFailure, CONNECTING):
            connection = self._connect()
        try:
            with _named_failures(TemporaryFailure, "before the data"):
                self._announce(connection, parcel.sender, parcel.recipient)
                connection.send(_stuffed(parcel.raw))
            before_last_byte()
            with _named_failures(UnknownOutcome, "after the data"):
                self._finish(connection)
        finally:
            _close(connection)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Return what we trust, read once: the list of certificates takes longer than a mail."""
        return _tls_context(self._server)

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.is_tls:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=self._before_dot_s, context=self._tls
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=self._before_dot_s)
        try:
            self._greet(connection)
        except BaseException:
            _close(connection)
            raise
        return connection

    def _greet(self, connection: smtplib.SMTP) -> None:
        server = self._server
        connection.ehlo_or_helo_if_needed()
        is_private = server.is_tls
        if not is_private and connection.has_extn("starttls"):
            connection.starttls(context=self._tls)
            connection.ehlo_or_helo_if_needed()
            is_private = True
        if server.user:
            if not is_private and not server.is_near:
                raise TemporaryFailure(
                    "the server offers no TLS, and we send it no password bare",
                    channel_is_away=True,
                )
            connection.login(server.user, server.password)

    def _announce(self, connection: smtplib.SMTP, sender: str, recipient: str) -> None:
        _expect(connection.mail(sender), "sender")
        _expect(connection.rcpt(recipient), "recipient")
        _expect(connection.docmd("DATA"), "data")

    def _finish(self, connection: smtplib.SMTP) -> None:
        if connection.sock is not None:
            connection.sock.settimeout(self._after_dot_s)
        connection.send(b".\r\n")
        _expect(connection.getreply(), "content")


def _tls_context(server: SmtpServer) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.is_near:  # a local server's certificate names another host, and nobody is between
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def _named_failures(otherwise: type[NotTaken], stage: str) -> Iterator[None]:
    """Turn smtplib's errors at a stage into ours; one without a clear answer is `otherwise`."""
    try:
        yield
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        is_away = stage == CONNECTING or _is_silence(error)
        raise otherwise(f"{stage}: {_reason(error)}", channel_is_away=is_away) from error


def _is_silence(error: Exception) -> bool:
    """Whether the line broke or nothing came; smtplib's own errors are OSErrors too."""
    if isinstance(error, smtplib.SMTPException):
        return isinstance(error, smtplib.SMTPServerDisconnected)
    return isinstance(error, OSError)


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_words(error.smtp_error)}"
    return f"{type(error).__name__} {error}"


def _expect(reply: tuple[int, bytes], what: str) -> None:
    code, words = reply
    if 200 <= code < 400:
        return
    kind = PermanentFailure if 500 <= code < 600 else TemporaryFailure
    if code == -1:  # smtplib's sign for a line that is not an answer
        raise smtplib.SMTPServerDisconnected("no answer")
    raise kind(f"{what}: {code} {_words(words)}")


def _words(answer: bytes | str) -> str:
    return answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer


def _stuffed(raw: bytes) -> bytes:
    """Return the message as SMTP wants it: a dot doubled at a line's start, a line end last."""
    stuffed = re.sub(rb"(?m)^\.", b"..", raw)
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


def _close(connection: smtplib.SMTP) -> None:
    """Say goodbye; whatever happens to the line now changes nothing."""
    with suppress(smtplib.SMTPException, OSError):
        if connection.sock is not None:
            connection.sock.settimeout(5)
        connection.quit()
    connection.close()
