"""Customers who book over HTTP, one after another, with the links from their mails."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tools.walkthrough.tally import Failed, Tally


class _Silent(WSGIRequestHandler):
    def log(self, *_args: object, **_values: object) -> None:
        """Say nothing about requests."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve the portal on a free port of this machine and yield its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def book(
    base_url: str, links: Sequence[str], wanted: int, rng: random.Random, tally: Tally
) -> None:
    """Let customers one after another open their link and choose one of all windows shown."""
    for link in rng.sample(links, min(wanted, len(links))):
        browser = build_opener(HTTPCookieProcessor(CookieJar()))
        address = f"{base_url}{link}?all=1"
        page = _timed(tally.page_ms, lambda a=address, b=browser: _read(b, a))  # type: ignore[misc]
        windows = re.findall(r'name="opening" value="(\d+)"', page)
        if not windows:
            raise Failed(f"no window for an invited customer: {link}")
        form = {
            "csrf_token": _hidden(page, "csrf_token"),
            "key": _hidden(page, "key"),
            "opening": rng.choice(windows),
        }
        body = urlencode(form).encode()
        try:
            _timed(tally.post_ms, lambda b=browser, d=body, u=base_url + link: _read(b, u, d))  # type: ignore[misc]
            tally.booked += 1
        except HTTPError as refusal:
            if refusal.code != 409:
                raise Failed(f"{refusal.code} for {link}") from refusal
            tally.refused += 1


def _timed(into: list[float], call: Callable[[], str]) -> str:
    started = time.perf_counter()
    found = call()
    into.append((time.perf_counter() - started) * 1000)
    return found


def _read(browser: OpenerDirector, address: str, body: bytes | None = None) -> str:
    with browser.open(address, body, timeout=60) as answer:
        return str(answer.read().decode())


def _hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    if found is None:
        raise Failed(f"the page has no field {name}")
    return found[1]
