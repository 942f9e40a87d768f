"""Which appointments this browser has shown to be its own."""

from __future__ import annotations

from flask import session as browser

KEY = "appointments"
MOST = 20


def grant(reference: str) -> None:
    """Let this browser see and change an appointment from now on."""
    known = [one for one in browser.get(KEY, []) if one != reference]
    browser[KEY] = [*known, reference][-MOST:]


def is_granted(reference: str) -> bool:
    """Return whether this browser has proved that the appointment is its own."""
    return reference in browser.get(KEY, [])
