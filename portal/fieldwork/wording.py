"""Words about a technician's day that the phone and the board share."""

from __future__ import annotations

from portal.fieldwork.models import Tap
from portal.fieldwork.steps import Step
from portal.planning.queries import PlannedStop
from portal.technicians.models import AbsenceKind
from portal.texts import text

TIGHT_MINUTES = 10


def is_tight(stop: PlannedStop) -> bool:
    """Return whether little delay is enough to break this promise or a later one."""
    return stop.slack_minutes < TIGHT_MINUTES


def absence_name(kind: AbsenceKind | None) -> str:
    """Return why somebody is not on duty, in the reader's language."""
    match kind:
        case AbsenceKind.LEAVE:
            return text("on leave")
        case AbsenceKind.ILLNESS:
            return text("ill")
        case AbsenceKind.TRAINING:
            return text("in training")
        case None:
            return text("does not work this day")


def step_name(step: Step) -> str:
    """Return the button's words for a step."""
    match step:
        case Step.ON_MY_WAY:
            return text("On my way")
        case Step.STARTED:
            return text("Started")
        case Step.DONE:
            return text("Done")
        case Step.NOT_AT_HOME:
            return text("Not at home")
        case Step.UNFINISHED:
            return text("Could not finish")


def told_after(tap: Tap) -> str:
    """Return what came of a tap, in one sentence for the technician."""
    is_told = tap.message_id is not None
    match tap.step:
        case Step.ON_MY_WAY if is_told:
            return text("Noted. In a minute the customer hears that you are coming.")
        case Step.ON_MY_WAY:
            return text("Noted. This customer gets no messages: call if you like.")
        case Step.DONE if is_told:
            return text("Done. The customer gets the report.")
        case Step.DONE:
            return text("Done. This customer gets no mail: tell what you did.")
        case Step.UNFINISHED if is_told:
            return text("Noted. The customer gets a link to choose another time.")
        case Step.UNFINISHED:
            return text("Noted. The desk calls the customer for another time.")
        case _:
            return text("Noted.")
