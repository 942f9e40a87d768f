"""What is shown can be booked: by a lone customer always, in a crowd nearly always."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa

from portal.planning.models import Opening
from tools.storm.customer import Answer, Customer, chosen
from tools.storm.figures import Figure, at_most, counted, exactly, nothing, spread
from tools.storm.filling import fill
from tools.storm.invariants import faults, one_moment
from tools.storm.race import at_once
from tools.storm.stage import Kind, Stage, stage
from tools.storm.world import Person, Size

THINKING_S = 5.0
REFUSED_SHARE = 1.0  # per cent


@dataclass(frozen=True)
class Click:
    """A click on a shown window, and whether that window still had a place afterwards."""

    answer: Answer
    had_place: bool

    @property
    def broke_the_word(self) -> bool:
        """Whether it was refused although the window was still free."""
        return self.answer.status == 409 and self.had_place


def alone(kind: Kind, size: Size, seed: int) -> list[Figure]:
    """Let one customer after another look at all windows and click on any of them."""
    rng = random.Random(seed)
    with stage(kind, size, seed) as on:
        clicks = [click for person in on.world.people if (click := look(on, person, rng, "?all=1"))]
        wrong = faults(on.app)
    refused = [str(one.answer.status) for one in clicks if one.answer.status != 303]
    return [
        Figure("customers who were shown something", f"{len(clicks)} of {size.visits}"),
        counted("answers", Counter(one.answer.status for one in clicks)),
        nothing("windows shown and still free that a click then refused", refused),
        nothing("I1-I7 and check", wrong),
    ]


def crowd(kind: Kind, size: Size, booked: int, seed: int) -> list[Figure]:
    """Let everybody who has not booked yet look, think for some seconds, and click: all at once."""
    rng = random.Random(seed)
    with stage(kind, size, seed) as on:
        people = list(on.world.people)
        filled = fill(on.app, people[:booked], rng)
        waiting = people[booked:]
        calls = [lambda p=person: look(on, p, random.Random(p.visit_id)) for person in waiting]
        clicks = [click for click in at_once(calls, len(waiting)) if click]
        wrong = faults(on.app)
    refused = [one for one in clicks if one.answer.status == 409]
    broken = [one for one in refused if one.broke_the_word]
    others = [str(one.answer.status) for one in clicks if one.answer.status not in (303, 409)]
    share = round(100 * len(broken) / max(1, len(clicks)), 1)
    without = [one for one in refused if not one.answer.openings]
    return [
        Figure("customers at once", f"{len(waiting)}"),
        Figure("places, booked before", f"{size.all_places}, {filled}"),
        counted("answers", Counter(one.answer.status for one in clicks)),
        nothing("answers other than 303 and 409", others),
        Figure("refused: the last place went to somebody else", f"{len(refused) - len(broken)}"),
        at_most("refused though still free", share, REFUSED_SHARE, " %"),
        exactly("refusals without other windows", len(without)),
        nothing("I1-I7 and check", wrong),
        spread("click", [one.answer.ms for one in clicks]),
    ]


def look(on: Stage, person: Person, rng: random.Random, every: str = "") -> Click | None:
    """Open the page, think when in a crowd, click; None when nothing is shown."""
    customer = Customer(on.portal.port)
    page = customer.fetch(person.path + every)
    form = chosen(person.path, page, rng.choice(page.openings or [""]))
    if form is None:
        return None
    if not every:
        time.sleep(rng.uniform(0, THINKING_S))
    answer = customer.send(form)
    return Click(answer, _has_place(on, int(form.values["opening"])))


def _has_place(on: Stage, opening_id: int) -> bool:
    with one_moment(on.app) as session:
        free = sa.select(Opening.taken < Opening.places).where(Opening.id == opening_id)
        return bool(session.scalar(free))
