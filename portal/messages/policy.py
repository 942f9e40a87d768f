"""How long messages are kept. Pure."""

from __future__ import annotations

from datetime import timedelta

# A mail that came in holds more of a person than we ever asked for. A quarter after it was dealt
# with nobody asks what it said: what followed from it stands in the trail of the visit.
MAIL_KEPT_FOR = timedelta(days=90)
