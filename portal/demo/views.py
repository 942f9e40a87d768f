"""Demo-only pages: who to be, and the local outbox."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("demo", __name__, url_prefix="/demo", template_folder="templates")
