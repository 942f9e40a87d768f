"""What a calendar program answers (RFC 5546, 6047), and what about it we do not believe."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from portal.calendar.cleaning import lines, one_line
from portal.mail import AddressUnusable, mail_address
from portal.messages.inbound.components import Components, Property, Unusable, components_in
from portal.messages.inbound.contents import CalendarReply, ReplyKind
from portal.messages.inbound.limits import LARGEST_CALENDAR
from portal.messages.inbound.moments import proposed, stamp
from portal.messages.inbound.parts import Part

ANSWERS = ("REPLY", "COUNTER", "REFRESH")
MOST_IN_31_BITS = 2**31 - 1  # an iCalendar INTEGER (RFC 5545, section 3.3.8)

_BY_PARTSTAT = {
    "ACCEPTED": ReplyKind.ACCEPTED,
    "TENTATIVE": ReplyKind.TENTATIVE,
    "DECLINED": ReplyKind.DECLINED,
    "DELEGATED": ReplyKind.DELEGATED,
}
_OUTLOOKS_RULE = re.compile(r"^.*\*~\*~\*~\*~\*.*$", re.MULTILINE)


@dataclass(frozen=True)
class CalendarPart:
    """A calendar in a mail, with the method that its part names."""

    found: Components
    part_method: str

    @property
    def method(self) -> str:
        """Return its METHOD in capitals, empty when it has none."""
        said = self.found.only("METHOD")
        return one_line(said.raw).upper() if said else ""


def calendar_parts(parts: tuple[Part, ...]) -> list[Part]:
    """Return the parts that are calendars, the most telling kind only.

    text/calendar is the answer; application/ics is the same once more, for programs that know no
    other. Some gateways turn both into a nameless file.
    """
    for is_one in (_is_calendar, _is_copy, _is_file):
        if found := [part for part in parts if is_one(part)]:
            return found
    return []


def _is_calendar(part: Part) -> bool:
    return part.kind == "text/calendar"


def _is_copy(part: Part) -> bool:
    return part.kind == "application/ics"


def _is_file(part: Part) -> bool:
    return part.kind.startswith("application/octet") and _file(part).endswith(".ics")


def calendar_in(parts: list[Part]) -> CalendarPart:
    """Return the calendar of a mail; raises Unusable for none, or for two that differ."""
    first, *others = [part.text(LARGEST_CALENDAR * 2) for part in parts]
    if any(_unfolded(other) != _unfolded(first) for other in others):
        raise Unusable("it has two different calendars")
    method = one_line(parts[0].parameters.get("method", "")).upper()
    return CalendarPart(components_in(first), method)


def answer_in(calendar: CalendarPart, sender: str) -> CalendarReply:
    """Return the answer; raises Unusable for all that must not change an appointment.

    Of several attendees the one who sent the mail counts as the one who answers.
    """
    found = calendar.found
    method = _method(calendar)
    if found.events == 0 or found.others:
        raise Unusable("it is about something else than one event")
    if found.all("RECURRENCE-ID"):
        raise Unusable("it is about one of a series, and ours are none")
    attendee, others = _attendee(found, sender)
    return CalendarReply(
        kind=_kind(method, attendee),
        uid=_uid(found),
        sequence=_sequence(found),
        stamp=stamp(found.only("DTSTAMP"), found),
        attendee=_address(attendee),
        other_attendees=others,
        proposed=proposed(found) if method == "COUNTER" else None,
        comment=_comment(found, attendee),
    )


def _method(calendar: CalendarPart) -> str:
    """Return what it is. Old servers call a proposal REPLY, but keep the former start in it."""
    method, part_method = calendar.method, calendar.part_method
    is_proposal = bool(calendar.found.all("X-MS-OLK-ORIGINALSTART"))
    if is_proposal and {method, part_method} <= {"REPLY", "COUNTER", ""} and method:
        return "COUNTER"
    if part_method and part_method != method:
        raise Unusable(f"its part says {part_method[:20]}, its calendar {method[:20] or 'nothing'}")
    if method not in ANSWERS:
        raise Unusable(f"it is no answer but {method[:20] or 'a calendar without a method'}")
    return method


def _attendee(found: Components, sender: str) -> tuple[Property, int]:
    """Return who answers, and how many others are named; the same twice is one."""
    named: list[Property] = []
    for said in found.all("ATTENDEE"):
        if not any(_is_same(said, other) for other in named):
            named.append(said)
    if not named:
        raise Unusable("it does not say who answers")
    own = [said for said in named if sender and _address(said) == sender]
    return (own or named)[0], len(named) - 1


def _is_same(said: Property, other: Property) -> bool:
    answers = (said.parameters.get("PARTSTAT"), other.parameters.get("PARTSTAT"))
    return _address(said) == _address(other) and answers[0] == answers[1]


def _address(said: Property) -> str:
    """Return the address in small letters; of one that is no mail address, what EMAIL says."""
    value = said.raw.strip()
    if value.lower().startswith("mailto:"):
        value = value[len("mailto:") :]
    for candidate in (value, said.parameters.get("EMAIL", "")):
        try:
            return mail_address(candidate.strip("<> ")).lower()
        except AddressUnusable:
            continue
    raise Unusable("who answers has no mail address")


def _kind(method: str, attendee: Property) -> ReplyKind:
    if method != "REPLY":
        return ReplyKind[method]
    answer = one_line(attendee.parameters.get("PARTSTAT", "")).upper()
    if answer not in _BY_PARTSTAT:
        raise Unusable(f"it answers neither yes nor no but {answer[:20] or 'nothing'}")
    return _BY_PARTSTAT[answer]


def _uid(found: Components) -> str:
    said = found.only("UID")
    uid = one_line(said.text) if said else ""
    if not uid:
        raise Unusable("it does not say which event")
    return uid


def _sequence(found: Components) -> int:
    said = found.only("SEQUENCE")
    if said is None:
        return 0
    number = said.raw.strip()
    if not re.fullmatch(r"[0-9]{1,10}", number) or int(number) > MOST_IN_31_BITS:
        raise Unusable("its SEQUENCE is no number that fits")
    return int(number)


def _comment(found: Components, attendee: Property) -> str:
    """Return what the customer typed into the calendar, from where each program puts it."""
    typed = [said.text for said in found.all("COMMENT")]
    beside = attendee.parameters.get("X-RESPONSE-COMMENT", "")  # Google, Nextcloud
    typed.append(html.unescape(beside.replace("\\;", ";")))
    if any("microsoft" in said.raw.lower() for said in found.all("PRODID")):
        # Others repeat our own DESCRIPTION; Outlook and Exchange put there what was typed.
        typed += [_OUTLOOKS_RULE.split(said.text)[-1] for said in found.all("DESCRIPTION")]
    cleaned = (lines(text) for text in typed)
    return lines("\n".join(dict.fromkeys(text for text in cleaned if text)))


def _file(part: Part) -> str:
    disposition = part.headers.first("content-disposition")
    return (part.parameters.get("name", "") or disposition).lower().rstrip("\"' ;")


def _unfolded(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\n ", "").replace("\n\t", "").strip()
