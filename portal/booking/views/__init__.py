"""The customer's pages: from a personal link to an appointment, and what can be done with it."""

from flask import Blueprint

from portal.booking.offering.advantages import advantage, day_advantage
from portal.booking.offering.filters import weekday_name
from portal.booking.references import sayable

bp = Blueprint("booking", __name__, template_folder="../templates")
for shown_by in (advantage, day_advantage, sayable, weekday_name):
    bp.add_app_template_filter(shown_by)

from portal.booking.views import (  # noqa: E402, F401
    answering,
    appointment,
    details,
    feeds,
    holding,
    invitation,
    looking,
    preferences,
    selecting,
    start,
    waiting,
)
