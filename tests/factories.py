"""Given-data for tests: an invented branch around Utrecht.

Each function makes one thing with sensible values, and what it must hang from when that is not
given. What is made is committed, so that other connections and `transaction()` see it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.booking.models import Appointment, Invitation
from portal.booking.references import check_letter
from portal.customers.models import Address, Boiler, Channel, Customer, Salutation, Visit
from portal.database import Base
from portal.planning.models import DayPlan, Hold, Opening, OpeningReason, Stop
from portal.regions.models import Branch, Region, RegionPostcode, SchoolZone
from portal.technicians.models import Absence, AbsenceKind, Certificate, Shift, Technician

DOM_TOWER = (52.0907, 5.1213)
NEXT_MONDAY = date(2027, 3, 8)
MONDAY_NOON = datetime(2027, 3, 1, 11, tzinfo=UTC)  # 12:00 in Amsterdam, where the clock stands
MORNING = (time(8), time(10))
SKILL = "gas"

Row = TypeVar("Row", bound=Base)
_numbers = count(1)


def keep(session: Session, row: Row) -> Row:
    """Return the row, committed."""
    session.add(row)
    session.commit()
    return row


def make_branch(session: Session, **values: Any) -> Branch:
    number = next(_numbers)
    return keep(
        session,
        Branch(
            **{
                "slug": f"utrecht-{number}",
                "name": "Utrecht",
                "lat": DOM_TOWER[0],
                "lon": DOM_TOWER[1],
                **values,
            }
        ),
    )


def the_branch(session: Session) -> Branch:
    """Return the first branch, made when there is none."""
    return session.scalars(sa.select(Branch).order_by(Branch.id)).first() or make_branch(session)


def make_region(session: Session, *postcodes: str, **values: Any) -> Region:
    """Return a region of four-digit postcodes; without any it has none."""
    branch = values.pop("branch", None) or the_branch(session)
    number = next(_numbers)
    region = Region(
        **{
            "branch": branch,
            "name": f"Utrecht {number}",
            "school_zone": SchoolZone.MIDDEN,
            **values,
        }
    )
    region.postcodes = [RegionPostcode(pc4=pc4) for pc4 in postcodes]
    return keep(session, region)


def the_region(session: Session) -> Region:
    """Return the first region, made (with postcode 3511) when there is none."""
    first = session.scalars(sa.select(Region).order_by(Region.id)).first()
    return first or make_region(session, "3511")


def make_customer(session: Session, **values: Any) -> Customer:
    number = next(_numbers)
    branch = values.pop("branch", None) or the_branch(session)
    return keep(
        session,
        Customer(
            **{
                "branch_id": branch.id,
                "number": f"K{number}",
                "name": "A. Voorbeeld",
                "surname": "Voorbeeld",
                "salutation": Salutation.MEVR,
                "email": f"klant{number}@example.org",
                **values,
            }
        ),
    )


def make_address(session: Session, **values: Any) -> Address:
    """Return an address some hundred metres from the Dom tower, each one elsewhere."""
    number = next(_numbers)
    customer = values.pop("customer", None) or make_customer(session)
    region = values.pop("region", None) or the_region(session)
    return keep(
        session,
        Address(
            **{
                "customer": customer,
                "region": region,
                "street": "Voorbeeldstraat",
                "house_number": str(number),
                "postcode": "3511AB",
                "city": "Utrecht",
                "lat": DOM_TOWER[0] + 0.002 * (number % 11 - 5),
                "lon": DOM_TOWER[1] + 0.003 * (number % 7 - 3),
                **values,
            }
        ),
    )


def make_boiler(session: Session, **values: Any) -> Boiler:
    number = next(_numbers)
    address = values.pop("address", None) or make_address(session)
    return keep(
        session,
        Boiler(
            **{
                "address": address,
                "number": f"B{number}",
                "make": "Vlam 24",
                "last_service_on": NEXT_MONDAY - timedelta(days=350),
                **values,
            }
        ),
    )


def make_visit(session: Session, **values: Any) -> Visit:
    """Return an open visit. `customer=`, `address=` and `boiler=` say whose it is."""
    boiler = values.pop("boiler", None)
    if boiler is None:
        address = values.pop("address", None)
        if address is None:
            address = make_address(session, customer=values.pop("customer", None))
        boiler = make_boiler(session, address=address)
    return keep(
        session, Visit(**{"boiler": boiler, "due_on": NEXT_MONDAY + timedelta(days=30), **values})
    )


def make_technician(session: Session, *skills: str, **values: Any) -> Technician:
    """Return a technician from Monday to Friday, 08:00 to 16:30 with half an hour's lunch."""
    number = next(_numbers)
    branch = values.pop("branch", None) or the_branch(session)
    technician = Technician(
        **{
            "branch_id": branch.id,
            "number": f"M{number}",
            "name": f"Monteur {number}",
            "start_lat": DOM_TOWER[0],
            "start_lon": DOM_TOWER[1],
            "end_lat": DOM_TOWER[0],
            "end_lon": DOM_TOWER[1],
            **values,
        }
    )
    technician.shifts = [Shift(weekday=day, starts=time(8), ends=time(16, 30)) for day in range(5)]
    technician.certificates = [
        Certificate(skill=skill, valid_from=date(2026, 1, 1)) for skill in skills
    ]
    return keep(session, technician)


def make_absence(
    session: Session, technician: Technician, first_on: date, last_on: date | None = None
) -> Absence:
    return keep(
        session,
        Absence(
            technician=technician,
            first_on=first_on,
            last_on=last_on or first_on,
            kind=AbsenceKind.LEAVE,
        ),
    )


def make_day_plan(session: Session, day: date = NEXT_MONDAY, **values: Any) -> DayPlan:
    branch = values.pop("branch", None) or the_branch(session)
    return keep(session, DayPlan(**{"branch": branch, "date": day, **values}))


def make_opening(session: Session, day: date = NEXT_MONDAY, **values: Any) -> Opening:
    """Return an opened window (08:00 to 10:00, four places) for a region."""
    region = values.pop("region", None) or the_region(session)
    return keep(
        session,
        Opening(
            **{
                "region": region,
                "date": day,
                "window_start": MORNING[0],
                "window_end": MORNING[1],
                "places": 4,
                "reason": OpeningReason.CHOICE,
                "opened_by": "test",
                **values,
            }
        ),
    )


def make_stop(session: Session, **values: Any) -> Stop:
    """Return a booked stop at the end of a technician's route; `hold=` makes it a hold."""
    day_plan = values.pop("day_plan", None) or make_day_plan(session)
    technician = values.pop("technician", None) or make_technician(session)
    visit = values.pop("visit", None) or make_visit(session)
    hold: Hold | None = values.pop("hold", None)
    stops = sa.select(sa.func.count(Stop.id)).where(
        Stop.day_plan_id == day_plan.id, Stop.technician_id == technician.id
    )
    return keep(
        session,
        Stop(
            **{
                "day_plan": day_plan,
                "technician": technician,
                "visit": visit,
                "position": session.scalar(stops),
                "held_until": hold and hold.until,
                "hold_kind": hold and hold.kind,
                "window_start": MORNING[0],
                "window_end": MORNING[1],
                **values,
            }
        ),
    )


def make_invitation(session: Session, **values: Any) -> Invitation:
    number = next(_numbers)
    visit = values.pop("visit", None) or make_visit(session, customer=values.pop("customer", None))
    return keep(
        session,
        Invitation(
            **{
                "visit": visit,
                "code": f"TST{number:05}",
                "channel": Channel.MAIL,
                "invited_at": MONDAY_NOON - timedelta(days=3),
                "deadline_on": NEXT_MONDAY + timedelta(days=14),
                **values,
            }
        ),
    )


def make_appointment(session: Session, **values: Any) -> Appointment:
    """Return an appointment with its stop, which is its witness."""
    visit = values.pop("visit", None) or make_visit(session)
    day = values.pop("date", NEXT_MONDAY)
    plan = session.scalars(sa.select(DayPlan).where(DayPlan.date == day)).first()
    stop = make_stop(
        session,
        visit=visit,
        day_plan=plan or make_day_plan(session, day),
        technician=values.pop("technician", None),
    )
    number = next(_numbers)
    return keep(
        session,
        Appointment(
            **{
                "visit": visit,
                "reference": f"{100_000 + number}{check_letter(str(100_000 + number))}",
                "uid": f"visit-{visit.id}-{number}@warmhuis.example",
                "date": day,
                "window_start": stop.window_start,
                "window_end": stop.window_end,
                "booked_at": MONDAY_NOON,
                "changed_at": MONDAY_NOON,
                "booked_by": "customer",
                **values,
            }
        ),
    )
