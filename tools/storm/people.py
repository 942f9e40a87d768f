"""People in a mixed storm: customers who do all that their pages let them do, and a planner."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from portal.planning.windows import STANDARD_WINDOWS
from tools.storm.customer import Answer, Customer, Form, chosen
from tools.storm.stage import Stage
from tools.storm.wishes import ask_to_wait, take_what_came_free, tick
from tools.storm.world import PASSWORD, PLANNER, Person

MOST_PLACES = 8

Note = Callable[[str, Answer], None]


class SignInRefused(Exception):
    """The planner could not sign in."""


@dataclass
class Booker:
    """Acts for a share of the customers, one after another; nobody else has their links."""

    on: Stage
    share: list[Person]
    note: Note
    rng: random.Random
    browsers: dict[int, Customer] = field(default_factory=dict)
    references: dict[int, str] = field(default_factory=dict)

    def act(self) -> None:
        """Let one of them do one thing."""
        person = self.rng.choice(self.share)
        browser = self.browsers.setdefault(person.visit_id, Customer(self.on.portal.port))
        luck = self.rng.random()
        if person.visit_id not in self.references:
            if luck < 0.15:
                self._note("tick", tick(browser, person.path, self.rng))
            elif luck < 0.25:
                self._wait(browser, person.path)
            else:
                self._book(person, browser)
        elif luck < 0.5:
            self._move(browser, self.references[person.visit_id])
        elif luck < 0.7:
            self._wait(browser, f"/afspraak/{self.references[person.visit_id]}")
        else:
            self._cancel(person, browser)

    def _note(self, what: str, answer: Answer | None) -> None:
        if answer is not None:
            self.note(what, answer)

    def _wait(self, browser: Customer, home: str) -> None:
        taken = take_what_came_free(browser, home)
        self._note("take what came free", taken)
        if taken is None:
            self._note("ask to wait", ask_to_wait(browser, home))

    def _book(self, person: Person, browser: Customer) -> None:
        page = browser.fetch(f"{person.path}?all=1")
        form = chosen(person.path, page, self.rng.choice(page.openings or [""]))
        if form is None:
            self._find_what_was_made(person, browser, page)
            return
        if self.rng.random() < 0.5:
            self.note("hold", browser.send(Form(f"{person.path}/vasthouden", form.values)))
            if self.rng.random() < 0.3:
                return  # wanders off; the hold ends by itself
        answer = browser.send(form)
        self.note("book", answer)
        if answer.reference:
            self.references[person.visit_id] = answer.reference

    def _find_what_was_made(self, person: Person, browser: Customer, page: Answer) -> None:
        """Open the appointment that was made for what was ticked, or for who waited."""
        found = re.search(r'href="(/afspraak/(\w+))', page.body)
        if found is None:
            return
        path, reference = found.groups()
        proof = {"postcode": person.postcode, "house_number": person.house_number}
        token = browser.fetch(path).hidden("csrf_token")
        if browser.send(Form(path, {"csrf_token": token, **proof})).status == 303:
            self.references[person.visit_id] = reference

    def _move(self, browser: Customer, reference: str) -> None:
        path = f"/afspraak/{reference}/verzetten"
        form = self._chosen(browser, path)
        if form is not None:
            self.note("move", browser.send(form))

    def _cancel(self, person: Person, browser: Customer) -> None:
        path = f"/afspraak/{self.references[person.visit_id]}/annuleren"
        page = browser.fetch(path)
        if page.status == 200:
            answer = browser.send(Form(path, {"csrf_token": page.hidden("csrf_token")}))
            self.note("cancel", answer)
            if answer.status == 503:
                return
        del self.references[person.visit_id]

    def _chosen(self, browser: Customer, path: str) -> Form | None:
        page = browser.fetch(f"{path}?all=1")
        return chosen(path, page, self.rng.choice(page.openings or [""]))


@dataclass
class Planner:
    """Moves customers' appointments and changes openings, through the pages for staff."""

    on: Stage
    note: Note
    rng: random.Random
    browser: Customer = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Customer(self.on.portal.port)

    def sign_in(self) -> None:
        """Sign in; raises SignInRefused."""
        page = self.browser.fetch("/staff/sign-in")
        values = {"csrf_token": page.hidden("csrf_token"), "email": PLANNER, "password": PASSWORD}
        answer = self.browser.send(Form("/staff/sign-in", values))
        if answer.status not in (302, 303):
            raise SignInRefused(answer.status)

    def act(self) -> None:
        """Move somebody's appointment, or change an opening."""
        if self.rng.random() < 0.5:
            self._move_somebody()
        else:
            self._change_an_opening()

    def _move_somebody(self) -> None:
        visit_id = self.rng.choice(self.on.world.people).visit_id
        path = f"/staff/visits/{visit_id}/plan"
        page = self.browser.fetch(f"{path}?all=1")
        form = chosen(path, page, self.rng.choice(page.openings or [""]))
        if form is None or page.hidden("moving") != "yes":
            return
        form.values["moving"] = "yes"
        self.note("planner moves", self.browser.send(form))

    def _change_an_opening(self) -> None:
        region_id = self.rng.choice(self.on.world.region_ids)
        day = self.rng.choice(self.on.world.dates).isoformat()
        start, _ = self.rng.choice(STANDARD_WINDOWS)
        path = f"/staff/openings/{region_id}/{day}"
        values = {
            "csrf_token": self.browser.fetch(path).hidden("csrf_token"),
            "window": start.strftime("%H:%M"),
            "places": str(self.rng.randint(0, MOST_PLACES)),
            "reason": "storm",
            "do": self.rng.choice(("set", "set", "set", "close")),
        }
        self.note("planner opens or closes", self.browser.send(Form(path, values)))
