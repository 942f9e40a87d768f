"""Puts an imported file's rows into the tables, subject by subject, in a handful of statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping
from sqlalchemy.orm import Session

from portal.customers.bulk import Tally, Values, differences, rows_among, said, upsert
from portal.customers.due import next_due
from portal.customers.errors import ImportRefused
from portal.customers.importing import CustomerRow
from portal.customers.models import Address, Boiler, Channel, Customer, Visit, VisitState
from portal.customers.places import places_of_postcodes
from portal.customers.promises import PromisedVisits
from portal.regions.queries import region_ids_by_pc4
from portal.tabular import LineFault
from portal.texts import text

AddressKey = tuple[int, str, str, str]
PLACE = ("lat", "lon")
WORK = ("address_id", "service_minutes", "skill")


@dataclass
class Upload:
    """What is known of the rows while they are put in: first read, then write."""

    session: Session
    branch_id: int
    rows: Sequence[CustomerRow]
    today: date
    customer_ids: dict[str, int] = field(default_factory=dict)
    address_ids: dict[AddressKey, int] = field(default_factory=dict)
    boiler_ids: dict[str, int] = field(default_factory=dict)
    addresses: dict[AddressKey, RowMapping] = field(default_factory=dict)
    boilers: dict[str, RowMapping] = field(default_factory=dict)
    open_visits: dict[int, RowMapping] = field(default_factory=dict)
    promised_boilers: set[int] = field(default_factory=set)
    promised_addresses: set[int] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)

    def put_customers(self) -> Tally:
        """Add or change the customers; one number is one customer of the branch.

        What was changed here, by the customer or the desk, stays: the file may know it no better.
        """
        wanted: dict[str, Values] = {}
        for row in self.rows:
            values = wanted.setdefault(row.customer_number, {"branch_id": self.branch_id})
            values.update(said(_customer_values(row)))
        found = rows_among(
            self.session,
            sa.select(*Customer.__table__.columns).where(Customer.branch_id == self.branch_id),
            Customer.number,
            wanted,
        )
        known = {row["number"]: row for row in found}
        for number, kept in known.items():
            for name in kept["told"].split():
                wanted[number][name] = None  # the customer or a colleague said it here
        for number in wanted.keys() - known.keys():
            wanted[number] = _reachable(wanted[number])
        self.customer_ids, tally = upsert(self.session, Customer, _number, known, wanted)
        return tally

    def read_what_is_known(self, promised: PromisedVisits) -> None:
        """Read the addresses, boilers and open visits that the rows may touch."""
        addresses = sa.select(*Address.__table__.columns)
        ids = self.customer_ids.values()
        for row in rows_among(self.session, addresses, Address.customer_id, ids):
            self.addresses[_address_key(row)] = row
        boilers = (
            sa.select(*Boiler.__table__.columns, Customer.branch_id)
            .join(Boiler.address)
            .join(Address.customer)
        )
        numbers = [row.boiler_number for row in self.rows]
        for row in rows_among(self.session, boilers, Boiler.number, numbers):
            self.boilers[row["number"]] = row
        self._read_open_visits(promised)

    def _read_open_visits(self, promised: PromisedVisits) -> None:
        places = {row["id"] for row in self.addresses.values()}
        places |= {row["address_id"] for row in self.boilers.values()}
        visits = (
            sa.select(*Visit.__table__.columns, Boiler.address_id)
            .join(Visit.boiler)
            .where(Visit.state == VisitState.OPEN)
            # Whoever books locks the visit first: nobody promises what is being changed here.
            .with_for_update(of=Visit, key_share=True)
        )
        found = list(rows_among(self.session, visits, Boiler.address_id, places))
        self.open_visits = {row["boiler_id"]: row for row in found}
        fixed = promised(self.session, [row["id"] for row in found]) if found else set()
        self.promised_boilers = {row["boiler_id"] for row in found if row["id"] in fixed}
        self.promised_addresses = {row["address_id"] for row in found if row["id"] in fixed}

    def refuse_contradictions(self) -> None:
        """Raise ImportRefused where the rows contradict what is known or the calendar."""
        faults = [fault for row in self.rows for fault in self._contradictions(row)]
        if faults:
            raise ImportRefused(faults)

    def _contradictions(self, row: CustomerRow) -> Iterable[LineFault]:
        if row.last_service_on and row.last_service_on > self.today:
            yield LineFault(row.line, "last_service_on", text("This date is still to come."))
        boiler = self.boilers.get(row.boiler_number)
        if boiler is None:
            return
        if boiler["branch_id"] != self.branch_id:
            sentence = text("A boiler with this number belongs to another branch.")
            yield LineFault(row.line, "boiler_number", sentence)
        elif boiler["id"] in self.promised_boilers:
            address = self.addresses.get(self._key(row))
            if address is None or address["id"] != boiler["address_id"]:
                sentence = text(
                    "This boiler hangs at another address, where an appointment was made."
                )
                yield LineFault(row.line, "boiler_number", sentence)

    def put_addresses(self) -> Tally:
        """Add or change the addresses, with region and coordinates as far as they are known."""
        wanted: dict[AddressKey, Values] = {}
        for row in self.rows:
            values = wanted.setdefault(self._key(row), self._address_values(row))
            values.update(said({"lat": row.latitude, "lon": row.longitude}))
        self._find_places(wanted)
        for key, known in self.addresses.items():
            if key in wanted and known["id"] in self.promised_addresses:
                self._keep(wanted[key], known, PLACE, str(known["id"]))
        self.address_ids, tally = upsert(
            self.session, Address, _address_key, self.addresses, wanted
        )
        return tally

    def _find_places(self, wanted: dict[AddressKey, Values]) -> None:
        """Complete what neither the file nor the desk has said."""
        regions = region_ids_by_pc4(self.session, self.branch_id)
        unplaced: dict[AddressKey, Values] = {}
        for key, values in wanted.items():
            known = self.addresses.get(key)
            if known is None or known["region_id"] is None:
                values["region_id"] = regions.get(values["postcode"][:4])
            if "lat" not in values and (known is None or known["lat"] is None):
                unplaced[key] = values
        postcodes = {values["postcode"] for values in unplaced.values()}
        places = places_of_postcodes(self.session, postcodes)
        for values in unplaced.values():
            if place := places.get(values["postcode"]):
                values.update(lat=place.lat, lon=place.lon)

    def put_boilers(self) -> Tally:
        """Add or change the boilers; a service that is later than the file's stays."""
        wanted: dict[str, Values] = {}
        for row in self.rows:
            values = _boiler_values(row)
            values["address_id"] = self.address_ids[self._key(row)]
            wanted[row.boiler_number] = values
            if known := self.boilers.get(row.boiler_number):
                self._respect(known, values)
        self.boiler_ids, tally = upsert(self.session, Boiler, _number, self.boilers, wanted)
        return tally

    def _respect(self, known: RowMapping, values: Values) -> None:
        served, said = known["last_service_on"], values["last_service_on"]
        if served and said and said < served:
            values["last_service_on"] = served
        if known["id"] in self.promised_boilers:
            self._keep(values, known, WORK, known["number"])

    def put_visits(self) -> Tally:
        """Give every boiler its open visit; a promised one keeps its due date."""
        closed_until = self._closed_until()
        wanted: dict[int, Values] = {}
        for row in self.rows:
            boiler_id, due_on = self.boiler_ids[row.boiler_number], self._due_on(row)
            if due_on <= closed_until.get(boiler_id, date.min):
                continue  # this turn was done or dropped here; an old file does not call it back
            wanted[boiler_id] = {
                "boiler_id": boiler_id,
                "due_on": due_on,
                "state": VisitState.OPEN,
            }
            if boiler_id in self.promised_boilers:
                known = self.open_visits[boiler_id]
                self._keep(wanted[boiler_id], known, ("due_on",), row.boiler_number)
        _, tally = upsert(self.session, Visit, _boiler_id, self.open_visits, wanted)
        return tally

    def _closed_until(self) -> dict[int, date]:
        closed = (
            sa.select(Visit.boiler_id, sa.func.max(Visit.due_on).label("until"))
            .where(Visit.state != VisitState.OPEN)
            .group_by(Visit.boiler_id)
        )
        known = [row["id"] for row in self.boilers.values()]
        rows = rows_among(self.session, closed, Visit.boiler_id, known)
        return {row["boiler_id"]: row["until"] for row in rows}

    def _due_on(self, row: CustomerRow) -> date:
        known = self.boilers.get(row.boiler_number)
        cycle = row.cycle_months or (known["cycle_months"] if known else 12)
        if row.due_on is not None:
            return row.due_on
        assert row.last_service_on is not None, "the reader of the file asks for one of the two"
        served = known["last_service_on"] if known else None
        return next_due(max(row.last_service_on, served or date.min), cycle)

    def _key(self, row: CustomerRow) -> AddressKey:
        customer_id = self.customer_ids[row.customer_number]
        return customer_id, row.postcode, row.house_number, row.addition

    def _address_values(self, row: CustomerRow) -> Values:
        return {
            "customer_id": self.customer_ids[row.customer_number],
            "street": row.street,
            "house_number": row.house_number,
            "addition": row.addition,
            "postcode": row.postcode,
            "city": row.city,
        }

    def _keep(self, values: Values, known: RowMapping, columns: tuple[str, ...], what: str) -> None:
        """Leave these columns as they are, since a promise rests on them; remember if asked."""
        if differences(known, {name: values.get(name) for name in columns}):
            self.kept.add(what)
        for name in columns:
            values[name] = None


def _number(row: RowMapping) -> str:
    number: str = row["number"]
    return number


def _boiler_id(row: RowMapping) -> int:
    boiler_id: int = row["boiler_id"]
    return boiler_id


def _address_key(row: RowMapping) -> AddressKey:
    return row["customer_id"], row["postcode"], row["house_number"], row["addition"]


def _customer_values(row: CustomerRow) -> Values:
    return {
        "number": row.customer_number,
        "name": row.name,
        "surname": row.surname,
        "salutation": row.salutation,
        "tone": row.tone,
        "locale": row.language,
        "email": row.email,
        "phone": row.phone,
        "channel": row.channel,
        "kind": row.kind,
    }


def _reachable(values: Values) -> Values:
    """Return a new customer's values; who gave no channel is written to in the way that works."""
    channel = Channel.MAIL if values.get("email") else Channel.LETTER
    return {"channel": channel, **values}


def _boiler_values(row: CustomerRow) -> dict[str, Any]:
    return {
        "number": row.boiler_number,
        "make": row.make,
        "cycle_months": row.cycle_months,
        "service_minutes": row.service_minutes,
        "skill": row.skill,
        "last_service_on": row.last_service_on,
    }
