"""Four-digit postcodes as people write them: one by one or as a range, 8261 8265-8269. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from portal.regions.errors import RegionRefused
from portal.texts import text

WRITTEN = re.compile(r"([1-9][0-9]{3})(?:-([1-9][0-9]{3}))?")


def pc4_list(words: Iterable[str]) -> tuple[str, ...]:
    """Return the postcodes in order, each once; raises RegionRefused that names every bad one."""
    found: set[str] = set()
    reasons: list[str] = []
    for word in words:
        for part in filter(None, re.split(r"[,;\s]+", word)):
            written = WRITTEN.fullmatch(part)
            if written is None or int(written[2] or 9999) < int(written[1]):
                reasons.append(
                    text("“%(word)s” is not a four-digit postcode or a range of them.", word=part)
                )
                continue
            first, last = int(written[1]), int(written[2] or written[1])
            found.update(str(pc4) for pc4 in range(first, last + 1))
    if reasons:
        raise RegionRefused(tuple(reasons))
    return tuple(sorted(found))
