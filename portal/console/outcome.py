"""What improving a day brought, in one sentence for the planner."""

from __future__ import annotations

from portal.planning.solving import SolvedDay
from portal.texts import plural, text


def outcome(solved: SolvedDay) -> tuple[str, str]:
    """Return the sentence, and the kind of notice in which it is said."""
    if solved.violations:
        return text("The new routes would break a promise, so we kept the old ones."), "warning"
    if not solved.published:
        return text("The day changed while we were at work. Please try again."), "warning"
    saved = round((solved.before_s - solved.after_s) / 60)
    if saved > 0:
        less = plural("%(num)s minute less travel.", "%(num)s minutes less travel.", saved)
        return f"{less} {text('No window changed.')}", "success"
    if saved < 0:
        return text("The routes are new, and every promise fits. No window changed."), "success"
    return text("We found no shorter routes. No window changed."), "success"
