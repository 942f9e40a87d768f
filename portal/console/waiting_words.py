"""What happened on the waiting list, in words for the customer's file."""

from __future__ import annotations

from portal.texts import source_text, text

WAITING_ACTIONS = {
    "waiting.asked": source_text("Came on the waiting list"),
    "waiting.changed": source_text("Wishes for the waiting list changed"),
    "waiting.withdrawn": source_text("Off the waiting list"),
    "waiting.offered": source_text("A time was kept from the waiting list"),
    "waiting.taken": source_text("Said yes to the kept time"),
    "waiting.declined": source_text("Said no to the kept time"),
    "waiting.lapsed": source_text("The kept time was given back"),
    "waiting.served": source_text("Off the waiting list: booked in another way"),
    "waiting.over": source_text("Off the waiting list: the last day has passed"),
}


def waiting_in_words(action: str) -> str:
    """Return what happened, "" for what has nothing to do with the waiting list."""
    return text(WAITING_ACTIONS[action]) if action in WAITING_ACTIONS else ""
