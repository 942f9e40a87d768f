"""The document of the API (OpenAPI 3.1), made from its routes and their values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from portal.api.schemas import (
    LARGEST_ID,
    AppointmentAnswer,
    ProblemAnswer,
    TimeSeen,
    VisitAnswer,
    VisitsAnswer,
    VisitsWanted,
    WindowsAnswer,
    WindowsWanted,
    WindowWanted,
)
from portal.problems import CONTENT_TYPE
from portal.site import Site

JSON = "application/json"
WHERE = "#/components/schemas/{model}"
UNDERSTOOD = {
    400: "The header Idempotency-Key is missing, short or long: `idempotency_key_missing`.",
    401: "There is no key (`key_missing`), or it is unknown or revoked (`key_unknown`).",
    404: "There is nothing here that this key may see: `not_found`.",
    409: "Not possible now: `window_taken`, `no_longer_fits`, `no_day_plan` or `not_bookable`, with"
    " alternatives; `already_booked` or `moved_meanwhile`, with the appointment;"
    " `nothing_to_change` or `too_late_to_change`.",
    410: "Nothing is due any more: `nothing_due`.",
    413: "A request here is a few lines long: `too_large`.",
    415: "This is not JSON: `json_wanted`.",
    422: "A value is wrong (`not_understood`), or an Idempotency-Key came with another request"
    " before (`key_reused`).",
    429: "That was often: wait as Retry-After says. `too_many_requests`.",
    503: "We are busy: try again with the same key. `busy`.",
}
OTHERWISE = "Anything else, such as `bad_request` (400) or a fault of ours, `fault` (500)."
ALWAYS = (401, 404, 429, 503)
CHANGING = (400, 409, 422)
CHOOSING = (*CHANGING, 413, 415)
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "Fresh for each thing that you do, the same when you repeat it.",
    "schema": {"type": "string", "minLength": 16, "maxLength": 200},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a route is for, what it reads and answers, and how it may refuse."""

    summary: str
    answer: type[BaseModel]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    status: int = 200
    has_key: bool = False
    refusals: tuple[int, ...] = ()


OPERATIONS = {
    "api.find_visits": Operation(
        "Find visits by the number of a boiler or a customer",
        VisitsAnswer,
        query=VisitsWanted,
        refusals=(422,),
    ),
    "api.visit": Operation("How a visit stands, with its appointment", VisitAnswer),
    "api.windows": Operation(
        "The windows that the customer's own page offers, and why not the others",
        WindowsAnswer,
        query=WindowsWanted,
        refusals=(422,),
    ),
    "api.book": Operation(
        "Book a window", AppointmentAnswer, body=WindowWanted, status=201, has_key=True,
        refusals=(*CHOOSING, 410),
    ),
    "api.move": Operation(
        "Move the appointment to another window", AppointmentAnswer, body=WindowWanted,
        has_key=True, refusals=CHOOSING,
    ),
    "api.cancel": Operation(
        "Cancel the appointment", AppointmentAnswer, query=TimeSeen, has_key=True,
        refusals=CHANGING,
    ),
}  # fmt: skip


def document_of(site: Site, rules: Iterable[Rule]) -> dict[str, Any]:
    """Return the document about those of the rules that are operations of the API."""
    paths: dict[str, dict[str, Any]] = {}
    for rule in sorted(rules, key=lambda one: one.rule):
        if rule.endpoint in OPERATIONS:
            [method] = set(rule.methods or ()) - {"HEAD", "OPTIONS"}
            path = re.sub(r"<int:(\w+)>", r"{\1}", rule.rule)
            paths.setdefault(path, {})[method.lower()] = _operation(rule)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"Appointments of {site.company_name}",
            "version": "1",
            "description": "Dates and clock times are Dutch, moments are in UTC. New fields may"
            " come; fields that are there stay.",
        },
        "servers": [{"url": site.base_url}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _operation(rule: Rule) -> dict[str, Any]:
    operation = OPERATIONS[rule.endpoint]
    described: dict[str, Any] = {
        "operationId": rule.endpoint.removeprefix("api."),
        "summary": operation.summary,
        "parameters": _parameters(rule, operation),
        "responses": _responses(operation),
    }
    if operation.body is not None:
        content = {JSON: {"schema": _reference(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(rule: Rule, operation: Operation) -> list[dict[str, Any]]:
    found = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
        }
        for name in sorted(rule.arguments)
    ]
    if operation.query is not None:
        schema = operation.query.model_json_schema(ref_template=WHERE)
        found += [_query_parameter(name, one) for name, one in schema["properties"].items()]
    return [*found, IDEMPOTENCY_KEY] if operation.has_key else found


def _query_parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in schema.items() if key not in ("title", "description")}
    if "anyOf" in kept:  # an address leaves out what is not asked; it never says null
        [given] = [one for one in kept.pop("anyOf") if one != {"type": "null"}]
        kept = given
    return {"name": name, "in": "query", "description": schema["description"], "schema": kept}


def _responses(operation: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        str(operation.status): {
            "description": operation.summary,
            "content": {JSON: {"schema": _reference(operation.answer)}},
        }
    }
    refused = {str(one): UNDERSTOOD[one] for one in sorted({*ALWAYS, *operation.refusals})}
    for status, description in {**refused, "default": OTHERWISE}.items():
        content = {CONTENT_TYPE: {"schema": _reference(ProblemAnswer)}}
        found[status] = {"description": description, "content": content}
    return found


def _schemas() -> dict[str, Any]:
    read = [one.body for one in OPERATIONS.values() if one.body is not None]
    told: list[type[BaseModel]] = [ProblemAnswer, *(one.answer for one in OPERATIONS.values())]
    modes: dict[type[BaseModel], Literal["validation", "serialization"]]
    modes = {**dict.fromkeys(read, "validation"), **dict.fromkeys(told, "serialization")}
    _, found = models_json_schema(list(modes.items()), ref_template=WHERE)
    asked = [
        one.query.model_json_schema(ref_template=WHERE) for one in OPERATIONS.values() if one.query
    ]
    used = {name: schema for one in asked for name, schema in one.get("$defs", {}).items()}
    return dict(sorted({**used, **found["$defs"]}.items()))


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": WHERE.format(model=model.__name__)}
