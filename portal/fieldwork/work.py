"""What a technician can say of the work with one tap each, in words for the customer."""

from __future__ import annotations

from enum import Enum

from portal.texts import text


class Work(Enum):
    """What was done at a visit."""

    CLEANED = "cleaned"
    MEASURED = "measured"
    PRESSURE = "pressure"
    PART = "part"
    ADVICE = "advice"


class Unfinished(Enum):
    """Why work could not be finished: always something about the work, never about a person."""

    PART = "part"
    TIME = "time"
    REACH = "reach"
    SAFETY = "safety"


USUAL = (Work.CLEANED, Work.MEASURED)


def work_in_words(work: Work) -> str:
    """Return what was done as one line, in the reader's language."""
    match work:
        case Work.CLEANED:
            return text("Boiler cleaned and adjusted")
        case Work.MEASURED:
            return text("Flue gases and carbon monoxide measured: safe")
        case Work.PRESSURE:
            return text("Water pressure put right")
        case Work.PART:
            return text("A worn part replaced")
        case Work.ADVICE:
            return text("Advice given about the boiler")


def reason_in_words(why: Unfinished) -> str:
    """Return why the work is not finished as a sentence, in the reader's language."""
    match why:
        case Unfinished.PART:
            return text("We need a part that was not in the van.")
        case Unfinished.TIME:
            return text("The work takes more time than we had planned for it.")
        case Unfinished.REACH:
            return text("We could not reach the boiler well enough to work on it.")
        case Unfinished.SAFETY:
            return text("We want to look at it again first, to work safely.")
