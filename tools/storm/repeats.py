"""Double clicks and retries: one form makes one appointment, however often it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from portal.booking.models import Appointment
from tools.storm.customer import Answer, Customer, Form
from tools.storm.figures import Figure, at_least, counted, exactly, nothing
from tools.storm.invariants import faults, lost, one_moment
from tools.storm.race import at_once
from tools.storm.stage import Kind, Stage, stage
from tools.storm.world import Person, Size

TIMES = (2, 5, 10, 20, 50)
BUSY = 503


@dataclass
class Repeated:
    """What came of sending forms more than once."""

    answers: Counter[int] = field(default_factory=Counter)
    references: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    cut_off: int = 0
    other_data: Counter[int] = field(default_factory=Counter)


def repeats(
    kind: Kind, size: Size, rounds: int, seed: int, at_a_time: Sequence[int] = TIMES
) -> list[Figure]:
    """Send forms many times at once, hang up and retry, and reuse keys for something else."""
    seen = Repeated()
    with stage(kind, size, seed) as on:
        people = iter(on.world.people)
        for _ in range(rounds):
            for times in at_a_time:
                same_form(on, next(people), times, seen)
            hung_up(on, next(people), seen)
        with one_moment(on.app) as session:
            made = session.scalar(sa.select(sa.func.count(Appointment.id))) or 0
        missing = lost(on.app, seen.references)
        wrong = faults(on.app)
    forms = rounds * (len(at_a_time) + 1)
    return [
        Figure("forms, sent at once", f"{forms}, {', '.join(map(str, at_a_time))} times"),
        counted("answers", seen.answers),
        nothing("repeats that got another answer than the first", seen.different),
        exactly("appointments, one for each form", made, forms),
        at_least("answers cut off, then asked again", seen.cut_off, rounds),
        exactly("same key, other window: refused with 422", seen.other_data[422], forms),
        nothing("acknowledged but lost, or not told exactly once", missing),
        nothing("I1-I7 and check", wrong),
    ]


def same_form(on: Stage, person: Person, times: int, seen: Repeated) -> None:
    """Send one form so often at once; then its key once more with another window."""
    customer, form, others = ready(on, person)
    answers = at_once([lambda: insisting(customer, form, seen)] * times, times)
    note(answers, f"{times} times", seen)
    seen.other_data[customer.send(form.choosing(others[-1])).status] += 1


def hung_up(on: Stage, person: Person, seen: Repeated) -> None:
    """Send a form and hang up before the answer; send it again, and once more."""
    customer, form, others = ready(on, person)
    customer.cut_off(form)
    seen.cut_off += 1
    note([insisting(customer, form, seen) for _ in range(2)], "cut off", seen)
    seen.other_data[customer.send(form.choosing(others[-1])).status] += 1


def insisting(customer: Customer, form: Form, seen: Repeated) -> Answer:
    """Send the form until the answer is not "busy, try again"; return that answer."""
    while (answer := customer.send(form)).status == BUSY:
        seen.answers[BUSY] += 1
    return answer


def ready(on: Stage, person: Person) -> tuple[Customer, Form, list[str]]:
    """Return somebody with a filled-in form, and the windows that were shown."""
    customer = Customer(on.portal.port)
    page = customer.fetch(f"{person.path}?all=1")
    values = {"csrf_token": page.hidden("csrf_token"), "key": page.hidden("key")}
    return customer, Form(person.path, {**values, "opening": page.openings[0]}), page.openings


def note(answers: list[Answer], what: str, seen: Repeated) -> None:
    """Note the answers, which must all lead to one appointment."""
    seen.answers.update(one.status for one in answers)
    references = {one.reference for one in answers}
    if len(references) != 1 or not all(references):
        seen.different.append(f"{what}: {sorted(one.status for one in answers)}")
    seen.references += sorted(filter(None, references))
