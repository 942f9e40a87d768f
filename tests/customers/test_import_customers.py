from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from portal.customers.actions import (
    import_customers,
    place_address,
    place_waiting_addresses,
    replace_postcode_places,
)
from portal.customers.bulk import Tally
from portal.customers.errors import (
    ImportRefused,
    PlaceIsPromised,
    PlaceOutsideNetherlands,
    RegionOfOtherBranch,
)
from portal.customers.importing import customers_from_csv
from portal.customers.models import (
    Address,
    Boiler,
    Channel,
    Customer,
    PostcodePlace,
    Visit,
    VisitState,
)
from portal.customers.places import Place
from portal.customers.queries import visits_waiting_for_place
from tests.customers.files import csv_file
from tests.factories import MONDAY_NOON, make_branch, make_region, make_stop

pytestmark = pytest.mark.heart

NOTHING = Tally(0, 0)
NO_PLACE = {"latitude": "", "longitude": ""}


@pytest.fixture
def branch(session):
    branch = make_branch(session, slug="zwolle")
    make_region(session, "8261", branch=branch, name="Kampen")
    return branch


@pytest.fixture
def bring(session, branch):
    """Import lines like the usual one with these changes, as an administration sends them."""

    def lines(*changes, **options):
        rows = customers_from_csv(csv_file(*changes)).rows
        assert rows
        where = options.pop("branch", branch)
        return import_customers(session, where, rows, MONDAY_NOON)

    return lines


def only(session, model):
    return session.scalars(sa.select(model)).one()


def test_a_line_becomes_a_customer_with_address_boiler_and_open_visit(session, bring):
    report = bring({})
    visit = only(session, Visit)
    assert (visit.due_on, visit.state) == (date(2027, 5, 20), VisitState.OPEN)
    assert visit.customer.name == "Mevr. A. de Vries"
    assert (visit.address.region.name, visit.address.lat) == ("Kampen", 52.557)
    assert (visit.boiler.skill, visit.boiler.service_minutes) == ("gas", 45)
    assert report.visits == Tally(1, 0)
    assert (report.waiting, report.kept) == (0, 0)


def test_boilers_of_one_customer_at_one_address_share_both(session, bring):
    report = bring({}, {"boiler_number": "B2"}, {"boiler_number": "B3", "house_number": "32"})
    tallies = (report.customers, report.addresses, report.boilers, report.visits)
    assert tallies == (Tally(1, 0), Tally(2, 0), Tally(3, 0), Tally(3, 0))


def test_the_same_file_again_changes_nothing(session, bring):
    bring({}, {"boiler_number": "B2", **NO_PLACE, "postcode": "9999 ZZ"})
    report = bring({}, {"boiler_number": "B2", **NO_PLACE, "postcode": "9999 ZZ"})
    assert {report.customers, report.addresses, report.boilers, report.visits} == {NOTHING}


def test_a_new_telephone_number_is_taken_over_and_an_empty_cell_changes_nothing(session, bring):
    bring({})
    assert bring({"phone": "+31 38 123 45 67"}).customers == Tally(0, 1)
    assert bring({"phone": "", "make": ""}).customers == NOTHING
    assert only(session, Customer).phone == "0381234567"


@pytest.mark.parametrize(
    ("email", "channel"), [("", Channel.LETTER), ("a@x.example", Channel.MAIL)]
)
def test_who_gave_no_channel_is_written_to_in_the_way_that_works(session, bring, email, channel):
    bring({"email": email, "channel": ""})
    assert only(session, Customer).channel is channel


def test_without_a_due_date_the_cycle_tells_it(session, bring):
    bring({"due_on": "", "last_service_on": "2024-02-29", "cycle_months": "24"})
    assert only(session, Visit).due_on == date(2026, 2, 28)


def test_a_corrected_due_date_moves_the_open_visit(session, bring):
    bring({})
    assert bring({"due_on": "2027-06-10"}).visits == Tally(0, 1)
    assert only(session, Visit).due_on == date(2027, 6, 10)


def test_an_old_file_does_not_call_back_a_visit_that_was_made(session, bring):
    bring({})
    visit = only(session, Visit)
    visit.state, visit.boiler.last_service_on = VisitState.DONE, date(2027, 4, 1)
    session.add(Visit(boiler=visit.boiler, due_on=date(2028, 4, 1)))
    session.commit()
    report = bring({})
    assert (report.visits, report.boilers) == (NOTHING, NOTHING)
    due = session.scalars(sa.select(Visit.due_on).where(Visit.state == VisitState.OPEN)).all()
    assert due == [date(2028, 4, 1)]


def test_what_an_appointment_rests_on_is_kept_and_reported(session, bring):
    bring({})
    make_stop(session, visit=only(session, Visit))
    report = bring(
        {"due_on": "2027-08-01", "latitude": "52.6", "service_minutes": "90", "phone": "0611111111"}
    )
    visit = only(session, Visit)
    assert (visit.due_on, visit.address.lat) == (date(2027, 5, 20), 52.557)
    assert visit.boiler.service_minutes == 45
    assert visit.customer.phone == "0611111111"
    assert report.kept == 2


def test_a_boiler_with_an_appointment_does_not_move_to_another_address(session, bring):
    bring({})
    make_stop(session, visit=only(session, Visit))
    with pytest.raises(ImportRefused) as refused:
        bring({"house_number": "99"})
    assert [(fault.line, fault.column) for fault in refused.value.faults] == [(2, "boiler_number")]


def test_a_boiler_without_appointment_moves_along_with_its_line(session, bring):
    bring({})
    bring({"house_number": "99"})
    assert only(session, Boiler).address.house_number == "99"


def test_lines_that_contradict_what_is_known_are_named_and_nothing_is_changed(session, bring):
    bring({})
    session.commit()
    elsewhere = make_branch(session)
    with pytest.raises(ImportRefused) as refused:
        bring(
            {},
            {"boiler_number": "B2", "last_service_on": "2027-04-01"},
            branch=elsewhere,
        )
    session.rollback()
    found = [(fault.line, fault.column) for fault in refused.value.faults]
    assert found == [(2, "boiler_number"), (3, "last_service_on")]
    assert session.scalar(sa.select(sa.func.count(Customer.id))) == 1


def test_two_branches_may_use_the_same_customer_number(session, bring):
    bring({})
    bring({"boiler_number": "B2"}, branch=make_branch(session))
    assert session.scalar(sa.select(sa.func.count(Customer.id))) == 2


def test_coordinates_come_from_the_postcode_table_six_characters_first(session, bring):
    replace_postcode_places(
        session, {"8261AB": Place(52.55, 5.91), "8262": Place(52.56, 5.92), "8261": Place(52.5, 6)}
    )
    bring(
        NO_PLACE,
        {**NO_PLACE, "boiler_number": "B2", "postcode": "8262 CD"},
    )
    places = sa.select(Address.postcode, Address.lat).order_by(Address.postcode)
    assert session.execute(places).all() == [("8261AB", 52.55), ("8262CD", 52.56)]


def test_a_visit_without_place_or_region_waits_for_the_desk_until_it_is_placed(
    session, branch, bring
):
    assert bring({**NO_PLACE, "postcode": "9999 ZZ"}).waiting == 1
    (visit,) = visits_waiting_for_place(session, branch.id)
    place_address(session, visit.address, 52.5, 6.0, branch.regions[0].id)
    assert visits_waiting_for_place(session, branch.id) == []
    assert bring({**NO_PLACE, "postcode": "9999 ZZ"}).addresses == NOTHING


def test_the_desk_cannot_place_an_address_abroad_or_in_another_branch(session, branch, bring):
    bring({})
    address = only(session, Address)
    with pytest.raises(PlaceOutsideNetherlands):
        place_address(session, address, 48.8, 2.3, branch.regions[0].id)
    elsewhere = make_region(session, branch=make_branch(session))
    with pytest.raises(RegionOfOtherBranch):
        place_address(session, address, 52.5, 6.0, elsewhere.id)
    make_stop(session, visit=only(session, Visit))
    with pytest.raises(PlaceIsPromised):
        place_address(session, address, 52.5, 6.0, branch.regions[0].id)


def test_what_waits_is_placed_when_the_table_and_the_region_come_later(session, branch, bring):
    bring({**NO_PLACE, "postcode": "8271 XY"})
    assert place_waiting_addresses(session, branch.id) == 0
    make_region(session, "8271", branch=branch, name="IJsselmuiden")
    replace_postcode_places(session, {"8271": Place(52.57, 5.94)})
    assert place_waiting_addresses(session, branch.id) == 1
    assert visits_waiting_for_place(session, branch.id) == []


def test_a_new_postcode_table_replaces_codes_of_the_same_length(session):
    replace_postcode_places(session, {"8261AB": Place(52.5, 5.9), "8261": Place(52.5, 5.9)})
    replace_postcode_places(session, {"8262AB": Place(52.5, 5.9)})
    codes = session.scalars(sa.select(PostcodePlace.postcode).order_by(PostcodePlace.postcode))
    assert codes.all() == ["8261", "8262AB"]


def test_statements_do_not_grow_with_the_rows(session, bring):
    def statements(count):
        seen = []
        engine = session.get_bind()
        listener = lambda *words: seen.append(words[2])  # noqa: E731
        sa.event.listen(engine, "before_cursor_execute", listener)
        numbered = ({"customer_number": f"K{at}", "boiler_number": f"B{at}"} for at in range(count))
        bring(*numbered)
        sa.event.remove(engine, "before_cursor_execute", listener)
        session.rollback()
        return len(seen)

    assert statements(300) <= statements(3) + 4
