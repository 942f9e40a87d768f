"""Messages that the technician's day causes: one function for each thing that happened."""

from portal.fieldwork.notices.coming import Coming, on_my_way, running_late
from portal.fieldwork.notices.visited import Again, card_in_words, not_at_home, report, unfinished

__all__ = [
    "Again",
    "Coming",
    "card_in_words",
    "not_at_home",
    "on_my_way",
    "report",
    "running_late",
    "unfinished",
]
