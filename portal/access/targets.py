"""Where a browser may be sent back to: pages of our own, never another site."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_local(address: str) -> bool:
    """Return whether every browser reads this address as a path on our own site.

    Browsers take a backslash for a slash, and two slashes at the start for another host.
    """
    starts_here = address.startswith("/") and not address.startswith(("//", "/\\"))
    return starts_here and address.isprintable() and not urlsplit(address).netloc
