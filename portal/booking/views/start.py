"""The front door: where somebody without a link finds the way."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access.guards import public
from portal.booking.references import understood
from portal.booking.views import bp
from portal.limits import GUESSES, limiter
from portal.texts import text


@bp.get("/")
@public("The front door; it says nothing about anybody.")
def start() -> ResponseReturnValue:
    return render_template("booking/start.html", errors={}, form={})


@bp.post("/")
@public("Leads to the page that asks for proof; it does not say whether the number exists.")
@limiter.limit(GUESSES)
def find() -> ResponseReturnValue:
    reference = understood(request.form.get("reference", ""))
    if reference is None:
        errors = {"reference": text("Check the number: it has six digits and one letter.")}
        return render_template("booking/start.html", errors=errors, form=request.form), 422
    return redirect(url_for("booking.appointment", reference=reference), 303)
