"""Whether the portal lives and can work, for whoever watches over it."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from portal.access.guards import public
from portal.database import db

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public("Says only that the process answers.")
def healthz() -> ResponseReturnValue:
    """Return 200 as long as the process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@public("Says only whether the database answers.")
def readyz() -> ResponseReturnValue:
    """Return 200 when the database answers, else 503."""
    try:
        db.session.execute(sa.text("SELECT 1"))
    except SQLAlchemyError:
        return {"status": "database unreachable"}, 503
    return {"status": "ok"}
