"""Every page that a link leads to: each public address with a token or an appointment number."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.database import Base, db
from portal.feedback.links import question_path
from portal.feedback.models import Opinion
from portal.fieldwork.late_links import late_path
from portal.fieldwork.models import LateWarning, Report
from portal.fieldwork.work import Work
from portal.planning.models import Stop
from tests.factories import keep

# What an address may hold besides: rows that are shown behind it.
ALSO = {"opening_id"}
HOLDERS = {"token", "reference", "feed_token", "late_token", "opinion_token"}


def link_pages(app: Flask, values: Mapping[str, object]) -> list[str]:
    """Return the paths of all pages that can be fetched with these values.

    Fails for a link of a new kind, so that nobody forgets to say here how it is tested.
    """
    paths = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        guard = getattr(app.view_functions[rule.endpoint], "guard", None)
        is_open = guard is not None and not (guard.roles or guard.by_key)
        is_open = is_open and "GET" in (rule.methods or ())
        if not is_open or not rule.arguments:
            continue
        assert rule.arguments <= HOLDERS | ALSO, f"{rule}: say what links of this kind hold"
        if rule.arguments <= set(values):
            known = {name: values[name] for name in rule.arguments}
            paths.append(adapter.build(rule.endpoint, known))
    return sorted(paths)


def later_tokens(
    session: Session, appointment: Appointment, signing_key: str, now: datetime
) -> dict[str, str]:
    """Return the tokens of the links that are sent on the day of an appointment and after it.

    What their pages are about is made: a warning, a report, questions.
    """
    warning = LateWarning(appointment_id=appointment.id, number=1, expected_at=now, warned_at=now)
    keep(session, warning)
    keep(session, report_about(session, appointment, now))
    customer_id = appointment.visit.customer.id
    opinion = keep(session, Opinion(appointment=appointment, customer_id=customer_id, asked_at=now))
    return {
        "late_token": late_path(appointment, signing_key).rpartition("/")[2],
        "opinion_token": question_path(opinion, signing_key).rpartition("/")[2],
    }


def report_about(session: Session, appointment: Appointment, now: datetime) -> Report:
    """Return the report of what was done at an appointment."""
    return Report(
        appointment=appointment,
        technician_id=session.scalars(sa.select(Stop.technician_id)).first(),
        certificate_on=appointment.date,
        work=[Work.CLEANED.value],
        next_due_on=appointment.date,
        made_at=now,
    )


def everything_stored(app: Flask) -> str:
    """Return a hash over all rows of all tables."""
    digest = hashlib.sha256()
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            rows = db.session.execute(sa.select(table).order_by(*table.primary_key)).all()
            digest.update(repr((table.name, rows)).encode())
        db.session.rollback()
    return digest.hexdigest()
