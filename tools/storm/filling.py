"""A branch that is partly booked already, by the portal's own action."""

from __future__ import annotations

import random

import sqlalchemy as sa
from flask import Flask

from portal.booking.actions import confirm
from portal.booking.circumstances import Choice, Circumstances
from portal.booking.forms import new_key
from portal.clock import system_time
from portal.customers.models import Visit
from portal.database import db, transaction
from portal.errors import Refusal
from portal.planning.models import Opening
from portal.site import Site
from tools.storm.world import Person

SITE = Site("http://127.0.0.1", "Storm", "030 000 01 23", "post@storm.example", "8-17")
TRIES = 8


def fill(app: Flask, people: list[Person], rng: random.Random) -> int:
    """Book a random free window for each of these people; return for how many one was found."""
    return sum(_booked(app, person, rng) for person in people)


def _booked(app: Flask, person: Person, rng: random.Random) -> bool:
    with app.app_context():
        visit = db.session().get_one(Visit, person.visit_id)
        free = db.session.scalars(
            sa.select(Opening.id).where(
                Opening.region_id == visit.address.region_id, Opening.taken < Opening.places
            )
        ).all()
        for opening_id in rng.sample(free, min(TRIES, len(free))):
            try:
                with transaction() as session:
                    seen = Circumstances(system_time(), "storm", SITE)
                    visit = session.get_one(Visit, person.visit_id)
                    confirm(session, visit, Choice(opening_id, new_key()), seen)
                    return True
            except Refusal:
                continue
    return False
