"""What is done about visits: one thing that happens each. Locks: the visit, then days by date."""

from portal.booking.actions.appointments import cancel, confirm, move
from portal.booking.actions.details import change_details
from portal.booking.actions.holds import extend, hold, let_go
from portal.booking.actions.invitations import invite

__all__ = ["cancel", "change_details", "confirm", "extend", "hold", "invite", "let_go", "move"]
