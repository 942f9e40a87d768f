"""How often one address may try what could be guessing."""

from __future__ import annotations

import logging
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from portal.settings import Settings


def asker() -> str:
    """Return the network that asks: an address, or for IPv6 the /64 that one household has."""
    address = get_remote_address()
    try:
        is_long = isinstance(ip_address(address), IPv6Address)
    except ValueError:  # a socket, or what a proxy calls it
        return address
    return str(ip_network(f"{address}/64", strict=False)) if is_long else address


limiter = Limiter(asker)

GUESSES = "10 per minute; 50 per hour"
CALLS = "300 per minute"  # of a program with a key: a branch on the telephone asks far less
PRESSES = "20 per minute; 120 per hour"  # of a button that keeps something from others for a while


def of_this_page() -> str:
    """Return what is counted by itself: a visitor at one page, such as that of a personal link.

    Neighbours behind one address do not use up each other's tries, nor do strangers an owner's.
    """
    return f"{asker()} {request.path}"


def init_limits(app: Flask, settings: Settings) -> None:
    """Count in Redis when there is one, else in this process."""
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=settings.redis_url is not None,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.after_request(_wait_only_when_asked)  # what is registered first is called last
    limiter.enabled = True  # it passes over an app while it is off, as after another app's tests
    limiter.init_app(app)
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)  # below it tells who was limited
    limiter.enabled = not settings.testing  # set up all the same, so that a test may switch it on


def _wait_only_when_asked(response: Response) -> Response:
    """Take `Retry-After` from answers that need no patience; the limiter puts it on every one."""
    if response.status_code not in (429, 503):
        response.headers.pop("Retry-After", None)
    return response
