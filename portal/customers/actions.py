"""What happens to customers, their addresses and boilers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock import local_date
from portal.customers import queries
from portal.customers.bulk import Tally
from portal.customers.errors import PlaceIsPromised, PlaceOutsideNetherlands, RegionOfOtherBranch
from portal.customers.importing import CustomerRow
from portal.customers.models import Address, Boiler, PostcodePlace, Visit, VisitState
from portal.customers.places import Place, is_in_the_netherlands, places_of_postcodes
from portal.customers.promises import promised_visits
from portal.customers.upload import Upload
from portal.regions.models import Branch, Region
from portal.regions.queries import region_ids_by_pc4


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    `waiting` visits of the branch have no coordinates or region yet; `kept` places or boilers stay
    as they are, against the file, because an appointment rests on them.
    """

    customers: Tally
    addresses: Tally
    boilers: Tally
    visits: Tally
    waiting: int
    kept: int


def import_customers(
    session: Session,
    branch: Branch,
    rows: Sequence[CustomerRow],
    now: datetime,
) -> ImportReport:
    """Add or change what the rows say and give each boiler its open visit; report what was done.

    Customers are known by number within the branch, boilers by number. The same rows again change
    nothing. Raises ImportRefused with every line that contradicts what is known.
    """
    session.flush()
    upload = Upload(session, branch.id, rows, local_date(now))
    customers = upload.put_customers()
    upload.read_what_is_known(promised_visits)
    upload.refuse_contradictions()
    addresses = upload.put_addresses()
    boilers = upload.put_boilers()
    visits = upload.put_visits()
    waiting = queries.number_waiting_for_place(session, upload.branch_id)
    session.expire_all()  # what was loaded before does not know of these statements
    return ImportReport(customers, addresses, boilers, visits, waiting, len(upload.kept))


def place_address(
    session: Session,
    address: Address,
    lat: float,
    lon: float,
    region_id: int,
) -> None:
    """Say where an address lies and in which region; raises a PlaceRefused."""
    if not is_in_the_netherlands(lat, lon):
        raise PlaceOutsideNetherlands
    region = session.get(Region, region_id)
    if region is None or region.branch_id != address.customer.branch_id:
        raise RegionOfOtherBranch
    if promised_visits(session, _locked_visit_ids(session, address)):
        raise PlaceIsPromised
    address.lat, address.lon, address.region_id = lat, lon, region_id
    session.flush()


def _locked_visit_ids(session: Session, address: Address) -> Sequence[int]:
    wanted = (
        sa.select(Visit.id)
        .join(Visit.boiler)
        .where(Boiler.address_id == address.id, Visit.state == VisitState.OPEN)
        .order_by(Visit.id)
        # Whoever books locks the visit first: nobody promises what is being moved here.
        .with_for_update(of=Visit, key_share=True)
    )
    return session.scalars(wanted).all()


def place_waiting_addresses(session: Session, branch_id: int) -> int:
    """Try again to find coordinates and region for what waits; return how many were completed."""
    waiting = queries.addresses_without_place(session, branch_id)
    regions = region_ids_by_pc4(session, branch_id)
    places = places_of_postcodes(session, {one.postcode for one in waiting if one.lat is None})
    for address in waiting:
        if address.region_id is None:
            address.region_id = regions.get(address.postcode[:4])
        if address.lat is None and (place := places.get(address.postcode)):
            address.lat, address.lon = place.lat, place.lon
    session.flush()
    return sum(one.lat is not None and one.region_id is not None for one in waiting)


def replace_postcode_places(session: Session, places: Mapping[str, Place]) -> None:
    """Keep these places; all older ones with as many characters are forgotten."""
    for length in {len(postcode) for postcode in places}:
        session.execute(
            sa.delete(PostcodePlace).where(sa.func.length(PostcodePlace.postcode) == length)
        )
    rows = [
        {"postcode": postcode, "lat": place.lat, "lon": place.lon, "city": place.city}
        for postcode, place in places.items()
    ]
    if rows:
        session.execute(sa.insert(PostcodePlace), rows)
