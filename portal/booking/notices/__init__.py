"""Messages to customers about their visit: one function for each thing that happened."""

from portal.booking.notices.appointments import (
    cancelled,
    confirmed,
    moved,
    readdressed,
)

__all__ = ["cancelled", "confirmed", "moved", "readdressed"]
