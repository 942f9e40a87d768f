"""What the regions refuse."""

from __future__ import annotations

from datetime import date

from portal.errors import Refusal
from portal.texts import text


class BranchUnknown(Refusal):
    """No branch has this short name."""

    status = 404

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug

    @property
    def sentence(self) -> str:
        """Name the branch that was asked for."""
        return text("There is no branch called %(slug)s.", slug=self.slug)


class RegionUnknown(Refusal):
    """The branch has no region with this name."""

    status = 404

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    @property
    def sentence(self) -> str:
        """Name the region that was asked for."""
        return text("There is no region called %(name)s.", name=self.name)


class RegionRefused(Refusal):
    """A branch or region cannot be kept like this; every reason is a sentence."""

    status = 422

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(*reasons)
        self.reasons = reasons

    @property
    def sentence(self) -> str:
        """All reasons, one after the other."""
        return " ".join(self.reasons)


class HolidaysUnknown(Refusal):
    """The published school holidays do not reach this date."""

    def __init__(self, day: date, first_on: date, last_on: date) -> None:
        super().__init__(day, first_on, last_on)
        self.day, self.first_on, self.last_on = day, first_on, last_on

    @property
    def sentence(self) -> str:
        """Say until when they are known."""
        return text(
            "The school holidays on %(day)s are not known: we have them from %(first_on)s"
            " to %(last_on)s.",
            day=self.day.isoformat(),
            first_on=self.first_on.isoformat(),
            last_on=self.last_on.isoformat(),
        )


class DayNotInCalendar(Exception):
    """A day was asked of a calendar that was not loaded that far."""
