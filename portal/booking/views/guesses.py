"""How often postcode, house number or a letter's code may be guessed for one and the same thing.

Who asks from one network gets a few tries. When many ask for the same thing, be it from many
networks, each network that comes anew still gets one: the rightful customer, who knows the answer,
is never locked out by somebody who does not.
"""

from __future__ import annotations

from contextlib import suppress

from flask import g
from flask_limiter import RateLimitExceeded

from portal.booking.errors import TooManyTries
from portal.limits import asker, limiter

FROM_ONE_NETWORK = "8 per hour"
FROM_ALL = "24 per hour"
WHEN_CROWDED = "1 per hour"


def insist_on_few(what: str) -> None:
    """Count one more try at this thing, such as "appointment:482913K"; raises TooManyTries.

    All threads share the limit of one `with`: each limit has one of its own, and learns from the
    request what is counted.
    """
    g.guessed = what
    mine = limiter.shared_limit(FROM_ONE_NETWORK, scope="guess", key_func=_from_here)
    crowd = limiter.shared_limit(FROM_ALL, scope="guesses", key_func=_from_anywhere)
    anew = limiter.shared_limit(WHEN_CROWDED, scope="guess-anew", key_func=_from_here)
    is_mine = is_crowd = is_anew = False
    with suppress(RateLimitExceeded), mine:
        is_mine = True
    with suppress(RateLimitExceeded), crowd:
        is_crowd = True
    with suppress(RateLimitExceeded), anew:
        is_anew = True
    if not is_mine or not (is_crowd or is_anew):
        raise TooManyTries


def _from_here() -> str:
    return f"{g.guessed} {asker()}"


def _from_anywhere() -> str:
    return str(g.guessed)
