"""The addresses of the API; importing this package gives the blueprint its routes."""

from __future__ import annotations

from portal.api.blueprint import bp
from portal.api.views import appointments, document, visits

__all__ = ["appointments", "bp", "document", "visits"]
