"""A program with a key, and an agenda for it to ask about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from portal.access.keys import make_key
from portal.api.openapi import ALWAYS, OPERATIONS, UNDERSTOOD
from portal.api.schemas import ProblemAnswer
from portal.database import db
from portal.problems import CONTENT_TYPE
from tests.booking.agenda import NOW, make_agenda

Answer = Mapping[str, Any]


class Program:
    """A program that asks the API; every answer must be what the document says."""

    def __init__(self, app: Flask, secret: str) -> None:
        self.app, self.secret = app, secret

    def ask(
        self, method: str, path: str, status: int = 200, key: str = "", **options: Any
    ) -> Answer:
        """Return the JSON at a path below /api/v1; `key` is the Idempotency-Key."""
        headers = dict(options.pop("headers", {}))
        if self.secret:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        if key:
            headers["Idempotency-Key"] = key
        db.session.commit()  # what is given is seen by the request, in a context of its own
        with self.app.app_context():
            client = self.app.test_client()
            response = client.open(f"/api/v1{path}", method=method, headers=headers, **options)
        db.session.rollback()
        db.session.expire_all()
        assert response.status_code == status, (response.status_code, response.text)
        adapter = self.app.url_map.bind("localhost")
        try:
            endpoint, _values = adapter.match(response.request.path, method)
        except HTTPException:  # no operation, so that nothing is promised but a problem
            endpoint = ""
        return checked(response, endpoint)

    def get(self, path: str, status: int = 200, **options: Any) -> Answer:
        return self.ask("GET", path, status, **options)

    def book(self, visit_id: int, window: int, key: str, status: int = 201) -> Answer:
        path = f"/visits/{visit_id}/appointment"
        return self.ask("POST", path, status, key, json={"window": window})

    def move(self, visit_id: int, window: int, key: str, status: int = 200) -> Answer:
        path = f"/visits/{visit_id}/appointment"
        return self.ask("PUT", path, status, key, json={"window": window})

    def cancel(self, visit_id: int, key: str, status: int = 200, seen: str = "") -> Answer:
        query = {"seen": seen} if seen else {}
        path = f"/visits/{visit_id}/appointment"
        return self.ask("DELETE", path, status, key, query_string=query)


def checked(response: TestResponse, endpoint: str) -> Answer:
    """Return the answer of an operation, which must be as its model, or a problem."""
    model: type[BaseModel] = ProblemAnswer
    if response.status_code >= 400:
        assert response.content_type == CONTENT_TYPE
        assert response.json["status"] == response.status_code
        if endpoint:
            assert response.status_code in {*ALWAYS, *OPERATIONS[endpoint].refusals}
            assert f"`{response.json['code']}`" in UNDERSTOOD[response.status_code]
    else:
        assert response.content_type == "application/json"
        operation = OPERATIONS[endpoint]
        assert response.status_code == operation.status
        model = operation.answer
    model.model_validate_json(response.data)
    assert "Set-Cookie" not in response.headers
    answer: Answer = response.json
    return answer


@pytest.fixture
def make_program(app: Flask, session: Session) -> Callable[..., Program]:
    """Return programs with a key of their own, for all branches unless one is given."""

    def make(branch_id: int | None = None, name: str = "Telephone") -> Program:
        _key, secret = make_key(session, name, branch_id, NOW, actor="test")
        session.commit()
        return Program(app, secret)

    return make


@pytest.fixture
def program(make_program: Callable[..., Program]) -> Program:
    """A program with a live key."""
    return make_program()


@pytest.fixture
def agenda(session: Session) -> None:
    """Three weeks to book in."""
    make_agenda(session)
