"""States and kinds in words for planner and desk, with the kind of badge that suits them."""

from __future__ import annotations

from portal.booking.models import AppointmentStatus
from portal.customers.models import Channel, CustomerKind
from portal.messages.models import Stage
from portal.texts import text


def appointment_state(status: AppointmentStatus) -> tuple[str, str]:
    """Return what became of an appointment, and the kind of its badge."""
    match status:
        case AppointmentStatus.CONFIRMED:
            return text("booked"), "good"
        case AppointmentStatus.CANCELLED:
            return text("cancelled"), "neutral"
        case AppointmentStatus.DONE:
            return text("visited"), "neutral"
        case AppointmentStatus.NOT_AT_HOME:
            return text("not at home"), "warn"
        case AppointmentStatus.UNFINISHED:
            return text("not finished"), "warn"


def message_state(stage: Stage) -> tuple[str, str]:
    """Return how far a message has come, and the kind of its badge."""
    match stage:
        case Stage.QUEUED | Stage.HANDED_OVER:
            return text("on its way"), "neutral"
        case Stage.SENT:
            return text("sent"), "good"
        case Stage.FAILED:
            return text("not delivered"), "bad"
        case Stage.BOUNCED:
            return text("came back"), "bad"


def channel_name(channel: Channel) -> str:
    """Return how a customer wishes to hear from us."""
    match channel:
        case Channel.MAIL:
            return text("by e-mail")
        case Channel.LETTER:
            return text("by letter")
        case Channel.PHONE:
            return text("by telephone")


def kind_name(kind: CustomerKind) -> str:
    """Return what kind of customer this is."""
    match kind:
        case CustomerKind.UNKNOWN:
            return text("not known")
        case CustomerKind.SENIOR:
            return text("senior")
        case CustomerKind.FAMILY:
            return text("family")
        case CustomerKind.WORKING:
            return text("works outside the home")
        case CustomerKind.BUSINESS:
            return text("business")
        case CustomerKind.INSTITUTION:
            return text("institution")
