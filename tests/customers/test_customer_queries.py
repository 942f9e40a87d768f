from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from portal.customers.models import Visit, VisitState
from portal.customers.queries import customers_found, open_visits, visit_with_everything
from tests.factories import (
    make_address,
    make_branch,
    make_customer,
    make_region,
    make_visit,
    the_branch,
)

pytestmark = pytest.mark.heart

SAYINGS = [
    "K-77",
    "özdemir",
    "Özdemir",
    "fatma öz",
    "öz  fatma",
    "F.Ozdemir@Example.org",
    "06 - 1234 5678",
    "+31612345678",
    "8261 ab",
    "8261AB 30",
    "8261 AB, 30 A",
]


@pytest.fixture
def fatma(session):
    customer = make_customer(
        session,
        number="K-77",
        name="Mevr. Fatma Özdemir",
        email="f.ozdemir@example.org",
        phone="0612345678",
    )
    make_address(session, customer=customer, postcode="8261AB", house_number="30", addition="A")
    make_address(session, customer=make_customer(session, name="J. Jansen"), postcode="8261AC")
    return customer


@pytest.mark.parametrize("words", SAYINGS)
def test_the_desk_finds_a_customer_by_whatever_is_said(session, fatma, words):
    assert customers_found(session, fatma.branch_id, words, 20) == [fatma]


@pytest.mark.parametrize("words", ["", "  ", "%", "_", "K-7", "8261AB 31", "x@example.org", "0699"])
def test_nothing_is_found_for_words_that_fit_nobody(session, fatma, words):
    assert customers_found(session, fatma.branch_id, words, 20) == []


def test_customers_of_another_branch_are_not_found(session, fatma):
    assert customers_found(session, make_branch(session).id, "K-77", 20) == []


def test_no_more_are_found_than_asked_for(session, fatma):
    for _ in range(3):
        make_customer(session, name="B. Bakker")
    assert len(customers_found(session, fatma.branch_id, "bakker", 2)) == 2


def test_open_visits_are_those_of_the_branch_soonest_due_first(session):
    late = make_visit(session, due_on=date(2027, 9, 1))
    soon = make_visit(session, due_on=date(2027, 4, 1))
    make_visit(session, due_on=date(2027, 1, 1), state=VisitState.DONE)
    branch = the_branch(session)
    assert open_visits(session, branch.id) == [soon, late]
    assert open_visits(session, branch.id, due_until=date(2027, 4, 1)) == [soon]
    assert open_visits(session, branch.id, region_id=soon.address.region_id) == [soon, late]
    other = make_region(session, "8261", branch=branch)
    assert open_visits(session, branch.id, region_id=other.id) == []
    assert open_visits(session, make_branch(session).id) == []


def statements_while(session, action):
    seen = []
    engine = session.get_bind()
    listener = lambda *words: seen.append(words[2])  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", listener)
    action()
    sa.event.remove(engine, "before_cursor_execute", listener)
    return len(seen)


def test_a_visit_with_everything_and_all_open_visits_take_one_query_each(session):
    visit_id, *_ = [make_visit(session).id for _ in range(5)]
    branch_id = the_branch(session).id

    def touch(visit: Visit | None):
        assert visit.customer.name
        assert visit.address.region.name

    session.expunge_all()
    assert statements_while(session, lambda: touch(visit_with_everything(session, visit_id))) == 1
    session.expunge_all()
    assert statements_while(session, lambda: [*map(touch, open_visits(session, branch_id))]) == 1
    assert visit_with_everything(session, 999_999) is None
