"""What went otherwise than hoped, told to a program: problem details in JSON (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, json, request

from portal.site import current_site

API = "/api/"
DOCUMENT = "/api/v1/openapi.json"
CONTENT_TYPE = "application/problem+json"

OF_STATUS = {
    400: ("bad_request", "We did not understand this request. The document says what we expect."),
    404: ("not_found", "There is nothing at this address that this key may see."),
    405: ("method_not_allowed", "This address knows other methods: see the header Allow."),
    413: ("too_large", "This is more than we read. A request here is a few lines long."),
    429: ("too_many_requests", "That was often. Wait a moment, as the header Retry-After says."),
    500: ("fault", "Something went wrong here, and it is our fault. You can try it again."),
    503: ("busy", "We are busy. Try again in a moment, with the same Idempotency-Key."),
}


class Problem(Exception):
    """A request of a program that is refused: a named code, a sentence, and what helps further."""

    def __init__(
        self, status: int, code: str, detail: str, more: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.more = status, code, detail, dict(more or {})


def is_for_a_program() -> bool:
    """Return whether a program asks, which cannot read a page."""
    return request.path.startswith(API)


def problem_of_status(status: int) -> Response:
    """Return what a program is told about a request that ended with this status."""
    code, detail = OF_STATUS.get(status) or OF_STATUS[500 if status >= 500 else 400]
    return problem_answer(Problem(status, code, detail))


def problem_answer(problem: Problem) -> Response:
    """Return a problem as the answer to the request."""
    body = {
        "type": f"{current_site().base_url}{DOCUMENT}#{problem.code}",
        "title": problem.code.replace("_", " ").capitalize(),
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path,
        "code": problem.code,
        **problem.more,
    }
    answer = Response(json.dumps(body), problem.status, content_type=CONTENT_TYPE)
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="Tijdvenster"'
    return answer
