"""What the customers' subject refuses."""

from __future__ import annotations

from collections.abc import Sequence

from portal.errors import Refusal
from portal.tabular import LineFault
from portal.texts import source_text, text


class ImportRefused(Refusal):
    """A file does not fit what is known here; every fault is named and nothing was changed."""

    status = 422

    def __init__(self, faults: Sequence[LineFault]) -> None:
        super().__init__(*faults)
        self.faults = tuple(faults)

    @property
    def sentence(self) -> str:
        """Say how many faults there are, and that nothing happened."""
        return text(
            "The file was not imported: %(count)s faults. Nothing was changed.",
            count=len(self.faults),
        )


class PlaceRefused(Refusal):
    """An address cannot be placed there."""

    status = 422


class PlaceOutsideNetherlands(PlaceRefused):
    """The coordinates are not in the Netherlands."""

    words = source_text("This point does not lie in the Netherlands. Check latitude and longitude.")


class RegionOfOtherBranch(PlaceRefused):
    """The region belongs to another branch than the customer."""

    words = source_text("Choose a region of the customer's own branch.")


class PlaceIsPromised(PlaceRefused):
    """A visit to this address stands on a route, which rests on where the address lies."""

    status = 409

    words = source_text(
        "There is an appointment at this address. Move the appointment first,"
        " then change the place."
    )
