"""With two branches: the one that was chosen stays chosen, on every page of planner and desk."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal.regions.models import Branch
from tests.document import text_of
from tests.factories import make_branch, make_customer, make_region, make_visit, the_branch


@pytest.fixture
def zwolle(session: Session) -> Branch:
    """A second branch, with a region."""
    the_branch(session)
    branch = make_branch(session, slug="zwolle", name="Zwolle")
    make_region(session, name="Overijssel", branch=branch)
    return branch


def chosen(page) -> list[str]:
    """Return the name of the branch that the page's switch marks."""
    return [text_of(one) for one in page.elements("a", **{"aria-current": "true"})]


def test_a_chosen_branch_stays_chosen_through_the_menu(planner, zwolle: Branch):
    assert chosen(planner.fetch("/staff/board")) == ["Utrecht"]
    board = planner.fetch(planner.fetch("/staff/board").link("Zwolle"))
    assert chosen(board) == ["Zwolle"]
    assert chosen(planner.fetch(board.link("Klantenservice"))) == ["Zwolle"]
    openings = planner.fetch(board.link("Tijdvakken"))
    assert chosen(openings) == ["Zwolle"]
    assert "Overijssel" in openings.text


def test_the_switch_keeps_the_date(planner, zwolle: Branch):
    page = planner.fetch("/staff/board?date=2027-03-10")
    assert "10 maart 2027" in planner.fetch(page.link("Zwolle")).h1


def test_a_customer_brings_the_own_branch(planner, session: Session, zwolle: Branch):
    customer = make_customer(session, branch=zwolle)
    page = planner.fetch(f"/staff/customers/{customer.id}")
    assert chosen(planner.fetch(page.link("‹ Klantenservice"))) == ["Zwolle"]


def test_colleagues_choose_each_for_themselves(planner, desk, zwolle: Branch):
    planner.fetch("/staff/board?branch=zwolle")
    assert chosen(desk.fetch("/staff/desk")) == ["Utrecht"]


def test_with_one_branch_there_is_nothing_to_choose(planner, session: Session):
    make_visit(session)
    assert not planner.fetch("/staff/board").elements("nav", **{"aria-label": "Vestiging"})


def test_a_branch_that_was_removed_gives_way_to_the_first(planner, session: Session, zwolle):
    planner.fetch("/staff/board?branch=zwolle")
    for region in list(zwolle.regions):
        session.delete(region)
    session.delete(zwolle)
    session.commit()
    assert "Utrecht" in planner.fetch("/staff/board").text
