"""What a request asks: read into values, or refused with what is wrong; and about whose visit."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from portal import clock
from portal.api.answers import appointment_answered, windows_answered
from portal.api.schemas import Fault
from portal.api.views.door import current_caller
from portal.booking.errors import WITH_ALTERNATIVES, AlreadyBooked, KeyReused, MovedMeanwhile
from portal.booking.queries import live_appointment
from portal.customers.models import Visit
from portal.customers.queries import visit_with_everything
from portal.database import db
from portal.errors import Refusal
from portal.problems import OF_STATUS, Problem
from portal.texts import spoken_to

Asked = TypeVar("Asked", bound=BaseModel)
LISTS = {"weekday"}
LONGEST_BODY = 1_000  # bytes; what we read has one field
KEY = re.compile(r'"?([\x21\x23-\x7e]{16,200})"?')


@contextmanager
def about(visit_id: int) -> Iterator[Visit]:
    """Yield a visit that the caller may see; what is said inside is in the words of its customer.

    A refusal becomes a problem with its name and what helps further. Answers 404 for others.
    """
    found = visit_with_everything(db.session(), visit_id)
    if found is None or not current_caller().opens(found.customer.branch_id):
        raise Problem(404, *OF_STATUS[404])
    with spoken_to(found.customer.locale, found.customer.tone):
        try:
            yield found
        except Refusal as refusal:
            raise _refused(found, refusal) from refusal


def address_as(model: type[Asked]) -> Asked:
    """Return what stands behind the question mark; answers 422 with what is wrong."""
    args = request.args
    typed = {
        name: values if name in LISTS or len(values) > 1 else values[0]
        for name, values in args.lists()
    }
    try:
        return model.model_validate(typed)
    except ValidationError as error:
        raise _not_understood(error) from error


def body_as(model: type[Asked]) -> Asked:
    """Return the JSON that was sent; answers 415 for another type, 422 with what is wrong.

    A long one is answered 413: what is wrong with it would make an answer many times as long.
    """
    if not request.is_json:
        raise Problem(415, "json_wanted", "Send JSON, with Content-Type: application/json.")
    body = request.get_data()
    if len(body) > LONGEST_BODY:
        raise Problem(413, *OF_STATUS[413])
    try:
        return model.model_validate_json(body, strict=True)
    except ValidationError as error:
        raise _not_understood(error) from error


def insist_on_no_body() -> None:
    """Answer 422 to what is sent where nothing is read: it may hold what had to be heeded."""
    if request.get_data():
        raise _with_faults([Fault(where="body", message="send none; `seen` stands in the address")])


def form_key() -> str:
    """Return the key that makes a repeat harmless, as kept answers know it; 400 without one.

    It is the caller's own: two programs may use the same one.
    """
    header = request.headers.get("Idempotency-Key", "")
    found = KEY.fullmatch(header)
    if found is None:
        raise Problem(
            400,
            "idempotency_key_missing",
            "Send the header Idempotency-Key with 16 to 200 characters: fresh for each thing"
            " that you do, the same when you repeat it.",
        )
    return hashlib.sha256(f"{current_caller().actor}:{found[1]}".encode()).hexdigest()


def _not_understood(error: ValidationError) -> Problem:
    return _with_faults(
        Fault(where=".".join(map(str, one["loc"])), message=one["msg"])
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _with_faults(faults: Iterable[Fault]) -> Problem:
    detail = "Some of this we did not understand. The document says what we expect."
    more = {"faults": [one.model_dump(mode="json") for one in faults]}
    return Problem(422, "not_understood", detail, more)


def _refused(visit: Visit, refusal: Refusal) -> Problem:
    session, now = db.session(), clock.now()
    code = re.sub(r"(?<!^)(?=[A-Z])", "_", type(refusal).__name__).lower()
    if isinstance(refusal, KeyReused):
        detail = "This Idempotency-Key came with another request before. Take a fresh one."
        return Problem(refusal.status, code, detail)
    more: dict[str, object] = {}
    if isinstance(refusal, WITH_ALTERNATIVES):
        windows = windows_answered(session, visit, now).windows
        more["alternatives"] = [one.model_dump(mode="json") for one in windows]
    appointment = live_appointment(session, visit)
    if isinstance(refusal, AlreadyBooked | MovedMeanwhile) and appointment is not None:
        more["appointment"] = appointment_answered(appointment, now).model_dump(mode="json")
    return Problem(refusal.status, code, refusal.sentence, more)
