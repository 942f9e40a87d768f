"""What happened at the door, in words for planner and desk."""

from __future__ import annotations

from portal.texts import text


def fieldwork_in_words(action: str) -> str:
    """Return what was tapped, or what came of it; "" for anything else."""
    match action:
        case "fieldwork.on_my_way":
            return text("Technician on the way")
        case "fieldwork.started":
            return text("Work started")
        case "fieldwork.done":
            return text("Work done")
        case "fieldwork.not_at_home":
            return text("Nobody at home")
        case "fieldwork.unfinished":
            return text("Work could not be finished")
        case "fieldwork.undone":
            return text("Tap taken back")
        case "fieldwork.late":
            return text("Told that we come late")
        case "question.asked":
            return text("Asked how the visit went")
        case "question.answered":
            return text("Told how the visit went")
        case "question.closed":
            return text("Opinion closed")
    return ""
