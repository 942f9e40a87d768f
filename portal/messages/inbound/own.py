"""Our own addresses, and what stands behind their plus sign in a mail that came in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.messages.inbound.headers import Headers
from portal.messages.tokens import ALPHABET, TOKEN_LENGTH, token_in

# What our own server notes comes first: what the sender wrote may name anybody.
RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")


@dataclass(frozen=True)
class Us:
    """Where answers and bounces come to, and how our mail server calls itself."""

    company_email: str
    bounce_name: str
    authserv_id: str

    @property
    def domain(self) -> str:
        """Return the domain of our addresses, in small letters."""
        return self.company_email.rpartition("@")[2].lower()

    def reply_token(self, headers: Headers) -> str | None:
        """Return the token of the address to which an answer came."""
        return self._token(headers, self.company_email.rpartition("@")[0].lower())

    def bounce_token(self, headers: Headers) -> str | None:
        """Return the token of the envelope in which a message of ours went out."""
        return self._token(headers, self.bounce_name)

    def bounce_token_within(self, text: str) -> str | None:
        """Return the token of such an envelope that is named anywhere in a text."""
        name, domain = re.escape(self.bounce_name), re.escape(self.domain)
        pattern = rf"(?<![\w.+-]){name}\+([{ALPHABET}]{{{TOKEN_LENGTH}}})@{domain}(?![\w-])"
        found = re.search(pattern, text, re.IGNORECASE)
        return found[1].lower() if found else None

    def _token(self, headers: Headers, name: str) -> str | None:
        for field in RECIPIENTS:
            for address in headers.addresses(field):
                local, _, domain = address.rpartition("@")
                is_ours = local.partition("+")[0] == name and domain == self.domain
                if is_ours and (token := token_in(address)):
                    return token
        return None
