"""How often postcode, house number or a letter's code may be guessed for one and the same thing.

Who asks from one network gets a few tries. When many ask for the same thing, be it from many
networks, each network that comes anew still gets one: the rightful customer, who knows the answer,
is never locked out by somebody who does not.
"""

from __future__ import annotations

from flask_limiter import RateLimitExceeded

from portal.booking.errors import TooManyTries
from portal.limits import asker, limiter

FROM_ONE_NETWORK = "8 per hour"
FROM_ALL = "24 per hour"
WHEN_CROWDED = "1 per hour"


def insist_on_few(what: str) -> None:
    """Count one more try at this thing, such as "appointment:482913K"; raises TooManyTries."""
    network = f"{what} {asker()}"
    mine = _counts(FROM_ONE_NETWORK, "guess", network)
    crowd = _counts(FROM_ALL, "guesses", what)
    anew = _counts(WHEN_CROWDED, "guess-anew", network)
    if not mine or not (crowd or anew):
        raise TooManyTries


def _counts(limit: str, scope: str, key: str) -> bool:
    """Count one more of this key; return whether it stays within the limit."""
    try:
        with limiter.shared_limit(limit, scope=scope, key_func=lambda: key):
            return True
    except RateLimitExceeded:
        return False
