"""A visit: found, how it stands, and what can be chosen for it."""

from __future__ import annotations

from flask import Response
from pydantic import BaseModel

from portal import clock
from portal.api.answers import visits_answered, windows_answered
from portal.api.blueprint import bp
from portal.api.queries import visits_found
from portal.api.schemas import VisitsAnswer, VisitsWanted, WindowsWanted
from portal.api.views.asked import about, address_as
from portal.api.views.door import by_key, current_caller
from portal.database import db


@bp.get("/visits")
@by_key
def find_visits() -> Response:
    wanted, session = address_as(VisitsWanted), db.session()
    found = visits_found(
        session, current_caller().branch_id, boiler=wanted.boiler, customer=wanted.customer
    )
    return told(VisitsAnswer(visits=visits_answered(session, found, clock.now())))


@bp.get("/visits/<int:visit_id>")
@by_key
def visit(visit_id: int) -> Response:
    with about(visit_id) as found:
        [answer] = visits_answered(db.session(), [found], clock.now())
    return told(answer)


@bp.get("/visits/<int:visit_id>/windows")
@by_key
def windows(visit_id: int) -> Response:
    wanted = address_as(WindowsWanted)
    with about(visit_id) as found:
        return told(windows_answered(db.session(), found, clock.now(), wanted))


def told(answer: BaseModel, status: int = 200) -> Response:
    """Return values as JSON."""
    return Response(answer.model_dump_json(), status, content_type="application/json")
