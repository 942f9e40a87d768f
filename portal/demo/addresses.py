"""The addresses that a newcomer opens first."""

from __future__ import annotations

from datetime import datetime

from portal.access.guards import Role
from portal.booking.links import running_key
from portal.database import db
from portal.demo.doors import undecided, with_appointment

PEOPLE = (
    ("desk", Role.DESK),
    ("planner", Role.PLANNER),
    ("technician", Role.TECHNICIAN),
    ("owner", Role.ADMINISTRATOR),
)


def demo_addresses(base_url: str, now: datetime) -> list[tuple[str, str]]:
    """Return labels with addresses to open as each kind of person; needs an application context."""
    session = db.session()
    key = running_key()
    found = [("everybody", "/demo/")]
    found += [("customer", guest.path) for guest in undecided(session, now, key, "nl")[:1]]
    found += [("customer (English)", one.path) for one in undecided(session, now, key, "en")[:1]]
    if booked := with_appointment(session, now, key):
        found.append(("customer with appointment", booked.path))
    found += [(label, f"/demo/as/{role.value}") for label, role in PEOPLE]
    found.append(("mails", "/demo/outbox"))
    return [(label, base_url + path) for label, path in found]
