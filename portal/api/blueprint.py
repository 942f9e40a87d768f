"""The blueprint that all addresses of the API hang from."""

from __future__ import annotations

from flask import Blueprint

from portal.problems import Problem, problem_answer

bp = Blueprint("api", "portal.api", url_prefix="/api/v1")
bp.register_error_handler(Problem, problem_answer)
