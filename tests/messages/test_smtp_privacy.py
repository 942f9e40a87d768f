from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from portal.messages.outcomes import TemporaryFailure
from portal.messages.smtp import SmtpChannel
from tests.messages.letters import handed_to
from tests.messages.smtp_servers import Inbox, Post

RAW = b"Subject: x\r\n\r\nHello\r\n"
FAR = "127.1"  # this machine too, in a spelling that does not count as near


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=mail.example", "-keyout", key, "-out", cert],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    return server_context(cert, key)


def server_context(cert: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


@pytest.fixture
def server(certificate: ssl.SSLContext) -> Iterator[tuple[int, Inbox, list[bool]]]:
    inbox, logins = Inbox(), []

    def authenticate(_server, session, *_rest) -> AuthResult:  # type: ignore[no-untyped-def]
        logins.append(session.ssl is not None)
        return AuthResult(success=True)

    controller = Post(inbox, tls_context=certificate, authenticator=authenticate)
    controller.start()
    yield controller.port, inbox, logins
    controller.stop()


def test_tls_is_used_when_offered_and_the_password_goes_through_it(
    server: tuple[int, Inbox, list[bool]],
) -> None:
    port, inbox, logins = server
    handed_to(SmtpChannel(f"smtp://user:pw@127.0.0.1:{port}"), RAW)
    assert logins == [True]
    assert [envelope.content for envelope in inbox.taken] == [RAW]


def test_a_certificate_that_nobody_vouches_for_stops_us_from_afar(
    server: tuple[int, Inbox, list[bool]],
) -> None:
    port, inbox, logins = server
    with pytest.raises(TemporaryFailure, match="CERTIFICATE_VERIFY_FAILED"):
        handed_to(SmtpChannel(f"smtp://user:pw@{FAR}:{port}"), RAW)
    assert (inbox.taken, logins) == ([], [])


def test_a_password_never_travels_bare() -> None:
    inbox = Inbox()
    controller = Post(inbox)
    controller.start()
    try:
        with pytest.raises(TemporaryFailure, match="no TLS"):
            handed_to(SmtpChannel(f"smtp://user:pw@{FAR}:{controller.port}"), RAW)
    finally:
        controller.stop()
    assert inbox.taken == []
