"""The technician's pages: the day on the phone with its taps, and a calendar of one's own.

And the two pages for customers that come of a tap: another day when we are late, and the report.
"""

from flask import Blueprint

bp = Blueprint("fieldwork", __name__, template_folder="../templates")

from portal.fieldwork.views import customer, day, feeds, taps  # noqa: E402, F401
