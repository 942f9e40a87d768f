"""Every calendar of a demo branch: libical's rules for each METHOD, and each peer's moments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.peers.demo_run import DOWNLOAD, DemoRun
from tools.peers.home import READERS, Home
from tools.peers.judging import Calendar
from tools.peers.result import Demand, Result, absent, counted
from tools.peers.times import moments_judged

GRAMMAR = "libical's grammar and METHOD rules"
ATTENDEE = "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:somebody@example.org\r\nEND:VEVENT"


def check_messages(home: Home, run: DemoRun) -> Iterator[Result]:
    """Yield what libical says of each kind of calendar, its control, and everybody's moments."""
    yield from _by_the_rules(home, run)
    everything = [one for kind in run.calendars.values() for one in kind]
    for name in READERS:
        version = home.reader_version(name)
        if name == "dateutil":
            continue  # it reads zones only, and there is one zone
        if not version:
            yield absent("moments of a whole branch", name)
            continue
        peer = f"{name} {version}"
        yield moments_judged("moments of a whole branch", home, name, peer, everything, Demand.NONE)


def _by_the_rules(home: Home, run: DemoRun) -> Iterator[Result]:
    version = home.reader_version("libical")
    if not version:
        yield absent(GRAMMAR, "libical")
        return
    for kind, calendars in sorted(run.calendars.items()):
        yield _ruled(home, version, f"{GRAMMAR}: {kind}", calendars, Demand.NONE)
    control = [Calendar(invited(one.text), {}) for one in run.calendars[DOWNLOAD]]
    yield _ruled(home, version, "… control: PUBLISH with ATTENDEE", control, Demand.ALL)


def _ruled(
    home: Home, version: str, check: str, calendars: list[Calendar], demand: Demand
) -> Result:
    readings = home.readings("libical", [one.text for one in calendars])
    faults = [
        reading.get("refused") or "; ".join(reading["faults"])
        for reading in readings
        if reading.get("errors", 1)
    ]
    return counted(check, f"libical {version}", faults, len(calendars), demand)


def invited(text: str) -> str:
    """Return a download as it must not be: with somebody invited."""
    return re.sub("END:VEVENT", lambda _: ATTENDEE, text)
