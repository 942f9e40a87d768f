"""Jan de Vries and his appointment: what every reviewed mail about a visit is made with."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.customers.models import Salutation
from tests.factories import make_address, make_appointment, make_customer, make_visit
from tests.messages.gates import SITE

MAILS = Path(__file__).parent / "mails"
LINK = SITE.base_url + "/a/voorbeeld"


def an_appointment(session: Session, **customer: Any) -> Appointment:
    """Return his appointment of Tuesday 9 March between 10:00 and 12:00."""
    values = {
        "name": "Jan de Vries",
        "surname": "de Vries",
        "salutation": Salutation.DHR,
        "email": "jan.devries@example.org",
        **customer,
    }
    address = make_address(
        session, customer=make_customer(session, **values), street="Dorpsstraat", house_number="1"
    )
    address.lat, address.lon = 52.0907, 5.1213
    return make_appointment(
        session,
        visit=make_visit(session, address=address),
        date=date(2027, 3, 9),
        window_start=time(10),
        window_end=time(12),
        reference="482913K",
        uid="0b6e8c1e-5d53-4c0e-8a06-0e2f7f7f9f61",
    )
