"""The document that describes the API."""

from __future__ import annotations

from flask import current_app
from flask.typing import ResponseReturnValue

from portal.access.guards import public
from portal.api.blueprint import bp
from portal.api.openapi import document_of
from portal.site import current_site


@bp.get("/openapi.json")
@public("Describes addresses and values; it tells nothing about anybody.")
def document() -> ResponseReturnValue:
    return document_of(current_site(), current_app.url_map.iter_rules())
