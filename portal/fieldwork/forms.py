"""What the technician's telephone sends, read into values with a sentence for each fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from werkzeug.datastructures import MultiDict

from portal.fieldwork.actions import WorkDone
from portal.fieldwork.work import Unfinished, Work
from portal.pages import date_in_words
from portal.texts import text

FURTHEST = timedelta(days=3 * 366)
CERTIFICATE_DAYS_AGO = timedelta(days=31)
NEXT_DUE = (timedelta(days=28), timedelta(days=10 * 366))
NOTE_LENGTH = 500

Errors = dict[str, str]


def chosen_date(words: str, usual: date) -> tuple[date, str]:
    """Return the date that was asked for, or the usual one with a sentence when it is no use."""
    if not words.strip():
        return usual, ""
    day = _date(words)
    if day is None:
        return usual, text("That is not a date. This is %(date)s.", date=date_in_words(usual))
    if abs(day - usual) > FURTHEST:
        return usual, text(
            "That date is too far away. This is %(date)s.", date=date_in_words(usual)
        )
    return day, ""


def key_from(form: Mapping[str, str]) -> str | None:
    """Return the key of a form, or None for one that no page of ours made."""
    key = form.get("key", "")
    return key if re.fullmatch(r"[\w-]{16,64}", key) else None


def moment_from(form: Mapping[str, str]) -> datetime | None:
    """Return when the telephone saw the press, or None when it does not say so in UTC."""
    try:
        moment = datetime.fromisoformat(form.get("tapped_at", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def work_from(form: MultiDict[str, str], today: date) -> tuple[WorkDone | None, Errors]:
    """Return what was done, or what is missing or cannot be."""
    errors: Errors = {}
    certificate_on = _date(form.get("certificate_on", ""))
    if certificate_on is None or not today - CERTIFICATE_DAYS_AGO <= certificate_on <= today:
        errors["certificate_on"] = text("Give a date of the past month, at the latest today.")
    next_due_on = _date(form.get("next_due_on", ""))
    first, last = NEXT_DUE
    if next_due_on is None or not today + first <= next_due_on <= today + last:
        errors["next_due_on"] = text("Give a date at least four weeks from now.")
    known = {one.value: one for one in Work}
    work = tuple(known[value] for value in dict.fromkeys(form.getlist("work")) if value in known)
    if not work:
        errors["work"] = text("Tick what you did.")
    if errors or certificate_on is None or next_due_on is None:
        return None, errors
    return WorkDone(certificate_on, work, note_from(form), next_due_on), {}


def reason_from(form: Mapping[str, str]) -> tuple[Unfinished | None, Errors]:
    """Return why the work is not finished, or what is missing."""
    try:
        return Unfinished(form.get("why", "")), {}
    except ValueError:
        return None, {"why": text("Choose what stands in the way.")}


def note_from(form: Mapping[str, str]) -> str:
    """Return the note on one line, cut to what is kept."""
    return " ".join(form.get("note", "").split())[:NOTE_LENGTH]


def _date(words: str) -> date | None:
    try:
        return date.fromisoformat(words.strip())
    except ValueError:
        return None
