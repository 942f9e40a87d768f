"""Which open visits somebody was promised a window for.

A route rests on where such a visit is, how long it takes and what skill it needs, so these must not
change underneath it. Routes belong to a higher subject, which tells it through `set_source`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from flask import Flask, current_app
from sqlalchemy.orm import Session

PromisedVisits = Callable[[Session, Collection[int]], set[int]]
EXTENSION = "tijdvenster.promised_visits"


def set_source(app: Flask, source: PromisedVisits) -> None:
    """Let `source` tell which of some visits are promised."""
    app.extensions[EXTENSION] = source


def promised_visits(session: Session, visit_ids: Collection[int]) -> set[int]:
    """Return which of these visits are promised, as this application's source tells.

    An application without a source is a fault (KeyError): nobody can forget to ask.
    """
    source: PromisedVisits = current_app.extensions[EXTENSION]
    return source(session, visit_ids)
