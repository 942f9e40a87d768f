"""Names for events that nobody can guess."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable


def new_uid(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """Return a UID of 122 random bits (RFC 7986, section 5.3), without a host's name in it.

    `random` returns as many bytes as it is asked for.
    """
    return str(uuid.UUID(bytes=random(16), version=4))
