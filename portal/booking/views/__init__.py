"""The customer's pages: from a personal link to an appointment, and what can be done with it."""

from flask import Blueprint

from portal.booking.references import sayable

bp = Blueprint("booking", __name__, template_folder="../templates")
bp.add_app_template_filter(sayable, "sayable")

from portal.booking.views import appointment, holding, invitation, start  # noqa: E402, F401
