"""How often one address may try what could be guessing."""

from __future__ import annotations

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from portal.settings import Settings

limiter = Limiter(get_remote_address)

GUESSES = "10 per minute; 50 per hour"


def init_limits(app: Flask, settings: Settings) -> None:
    """Count in Redis when there is one, else in this process."""
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=settings.redis_url is not None,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    limiter.init_app(app)
    limiter.enabled = not settings.testing  # set up all the same, so that a test may switch it on
