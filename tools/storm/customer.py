"""A customer with a browser: cookies, forms with their tokens, an address of their own."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from itertools import count
from urllib.parse import urlencode

UNANSWERED = 0
PATIENCE_S = 600.0  # longer than any person has: what answers late must be seen to answer
_addresses = count(1)


class NoForm(Exception):
    """A page lacks the form that it should have."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and after how long; status 0 when nothing did."""

    status: int
    ms: float
    location: str = ""
    retry_after: str = ""
    body: str = ""

    @property
    def reference(self) -> str:
        """The appointment number to which a booking leads, or ""."""
        found = re.search(r"/afspraak/(\w+)", self.location)
        return found[1] if found and self.status == 303 else ""

    @property
    def openings(self) -> list[str]:
        """The windows that can be chosen on this page."""
        return re.findall(r'name="opening" value="(\d+)"', self.body)

    def hidden(self, name: str) -> str:
        """Return the value of a hidden field; raises NoForm."""
        found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', self.body)
        if found is None:
            raise NoForm(f"{name} after {self.status}: {self.body[:300]}")
        return found[1]


@dataclass(frozen=True, slots=True)
class Form:
    """A filled-in form, which can be sent as often as one likes."""

    path: str
    values: dict[str, str]
    ticks: Sequence[str] = ()

    @property
    def body(self) -> str:
        """As a browser sends it: `tick` once for each box."""
        return urlencode([*self.values.items(), *(("tick", one) for one in self.ticks)])

    def choosing(self, opening: str) -> Form:
        """Return the same form with another window chosen, under the same key."""
        return replace(self, values={**self.values, "opening": opening})


@dataclass
class Customer:
    """Sends requests one after another; each has a connection of its own."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    address: str = field(default_factory=lambda: _address(next(_addresses)))

    def fetch(self, path: str) -> Answer:
        """Return the page at a path; redirects are not followed."""
        return self._ask("GET", path, None)

    def send(self, form: Form) -> Answer:
        """Return the answer to a form."""
        return self._ask("POST", form.path, form.body)

    def choice(self, path: str, opening: str = "") -> Form | None:
        """Open the page with windows; return its form, or None when it offers none.

        Without an opening the first window that is shown is chosen.
        """
        return chosen(path, self.fetch(f"{path}?all=1"), opening)

    def cut_off(self, form: Form) -> None:
        """Send a form and hang up before the answer comes."""
        body = form.body
        head = f"POST {form.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        lines = (f"{name}: {value}\r\n" for name, value in self._headers().items())
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S) as wire:
            wire.sendall((head + "".join(lines) + "\r\n" + body).encode())

    def _headers(self) -> dict[str, str]:
        return {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "X-Forwarded-For": self.address,
            "X-Forwarded-Proto": "http",
            "Connection": "close",
        }

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        started = time.perf_counter()
        wire = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            wire.request(method, path, body, self._headers())
            response = wire.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException):
            return Answer(UNANSWERED, (time.perf_counter() - started) * 1000)
        finally:
            wire.close()
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies.update((name, one.value) for name, one in SimpleCookie(line).items())
        return Answer(
            response.status,
            (time.perf_counter() - started) * 1000,
            response.headers.get("Location", ""),
            response.headers.get("Retry-After", ""),
            text,
        )


def chosen(path: str, page: Answer, opening: str = "") -> Form | None:
    """Return the page's form with a window chosen, None when there is nothing to choose."""
    if page.status not in (200, 409) or not page.openings:
        return None
    values = {"csrf_token": page.hidden("csrf_token"), "key": page.hidden("key")}
    return Form(path, {**values, "opening": opening or page.openings[0]})


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
