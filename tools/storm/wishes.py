"""What customers can ask for beside one window: one of several in the evening, the waiting list."""

from __future__ import annotations

import random
import re

from portal.booking.ticking.decision import FEWEST
from tools.storm.customer import Answer, Customer, Form


def tick(browser: Customer, link: str, rng: random.Random) -> Answer | None:
    """Tick the fewest windows that may be ticked; None when there is no such choice."""
    path = f"{link}/aanvinken"
    page = browser.fetch(path)
    shown = re.findall(r'name="tick"[^>]* value="(\d+)"', page.body)
    if page.status != 200 or len(shown) < FEWEST:
        return None
    token = {"csrf_token": page.hidden("csrf_token")}
    return browser.send(Form(path, token, rng.sample(shown, FEWEST)))


def take_what_came_free(browser: Customer, home: str) -> Answer | None:
    """Say yes to the window that is kept for who waited; None when there is none."""
    page = browser.fetch(home)
    if page.status != 200 or 'name="offer"' not in page.body:
        return None
    values = {"offer": page.hidden("offer"), "answer": "yes"}
    path = f"{home}/wachtlijst/antwoord"
    return browser.send(Form(path, {"csrf_token": page.hidden("csrf_token"), **values}))


def ask_to_wait(browser: Customer, home: str) -> Answer | None:
    """Ask for any earlier time, or any at all; None when there is nothing to wait for."""
    path = f"{home}/wachtlijst"
    page = browser.fetch(path)
    dates = {name: found for name in ("first_on", "last_on") if (found := _filled(page, name))}
    if page.status != 200 or len(dates) < 2:
        return None
    every_day = {f"weekday_{day}": "yes" for day in range(5)}
    wishes = {**dates, "part": "any", **every_day}
    return browser.send(Form(path, {"csrf_token": page.hidden("csrf_token"), **wishes}))


def _filled(page: Answer, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page.body)
    value = re.search(r'value="([^"]*)"', found[0]) if found else None
    return value[1] if value else ""
