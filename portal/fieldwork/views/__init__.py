"""The technician's pages: the day on the phone, and the address of a calendar of one's own."""

from flask import Blueprint

bp = Blueprint("fieldwork", __name__, template_folder="../templates")

from portal.fieldwork.views import day, feeds  # noqa: E402, F401
