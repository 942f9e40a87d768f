"""What customers see of the technician's day: another day when we are late, and the report."""

from __future__ import annotations

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal import clock
from portal.access.guards import public
from portal.booking.circumstances import Circumstances
from portal.booking.links import running_key
from portal.booking.models import Appointment
from portal.booking.views.appointment import BEHIND_PROOF, proof_page
from portal.booking.views.ways import granted
from portal.database import db, transaction
from portal.fieldwork.delays import another_day, may_choose_another_day, warnings_of
from portal.fieldwork.late_links import appointment_from
from portal.fieldwork.lateness import about
from portal.fieldwork.queries import report_of
from portal.fieldwork.views import bp
from portal.fieldwork.work import Work, work_in_words
from portal.limits import PRESSES, limiter, of_this_page
from portal.site import current_site
from portal.texts import speak


@bp.get("/laat/<late_token>")
@public("The token is signed and says of one visit of today that we come later.")
def late(late_token: str) -> ResponseReturnValue:
    appointment = late_appointment(late_token)
    told = warnings_of(db.session(), appointment)
    return render_template(
        "fieldwork/late.html",
        appointment=appointment,
        late_token=late_token,
        expected=about(told[-1].expected_at) if told else None,
        may_choose=may_choose_another_day(db.session(), appointment, clock.now()),
    )


@bp.post("/laat/<late_token>")
@public("The token is signed and gives back one visit of today for which we come too late.")
@limiter.limit(PRESSES, key_func=of_this_page)
def choose_another_day(late_token: str) -> ResponseReturnValue:
    appointment = late_appointment(late_token)
    circumstances = Circumstances(clock.now(), "customer", current_site())
    with transaction() as session:
        path = another_day(session, appointment, circumstances, running_key())
    return redirect(path, 303)


@bp.get("/afspraak/<reference>/verslag")
@public(BEHIND_PROOF)
def report(reference: str) -> ResponseReturnValue:
    found = granted(reference)
    if found is None:
        return proof_page(reference)
    made = report_of(db.session(), found.id) or abort(404)
    return render_template(
        "fieldwork/report.html",
        report=made,
        appointment=found,
        work=[work_in_words(Work(one)) for one in made.work],
        back=url_for("booking.appointment", reference=found.reference),
    )


def late_appointment(token: str) -> Appointment:
    """Return the appointment of a link, and speak as its customer likes; raises LinkBroken."""
    appointment = appointment_from(db.session(), token, running_key())
    customer = appointment.visit.customer
    speak(customer.tone, customer.locale)
    return appointment
