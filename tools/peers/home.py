"""Which peers are there: programs that others wrote, in a folder of their own or from Debian."""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parent / "readers"
PYTHON_READERS = ("vobject", "ics", "ical", "dateutil", "khal")
NPM_READERS = {
    "ical.js": "ical.js",
    "node-ical": "node-ical",
    "calendar-js": "@nextcloud/calendar-js",
}
READERS = (*NPM_READERS, "libical", *PYTHON_READERS)
# None of the peers may lean on the machine's own time zone.
ELSEWHERE = "America/New_York"
PATIENCE_S = 900.0
VERSIONS = """
import importlib.metadata as m, json, sys
known = {"dateutil": "python-dateutil"}
def version(name):
    try: return m.version(known.get(name, name))
    except m.PackageNotFoundError: return ""
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
"""


class PeerBroke(Exception):
    """A peer that is there did not run to its end; the message has its last words."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of the peers: `py/` a virtual environment, `node/` with its node_modules."""

    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter of the peers' own environment."""
        return self.folder / "py" / "bin" / "python"

    def program(self, name: str) -> Path:
        """A command that came with a Python peer."""
        return self.python.parent / name

    def versions(self, *names: str) -> dict[str, str]:
        """Return the version of each Python peer, "" for one that is absent."""
        if not self.python.exists():
            return dict.fromkeys(names, "")
        done = subprocess.run(
            [self.python, "-c", VERSIONS, *names], capture_output=True, text=True, check=True
        )
        found: dict[str, str] = json.loads(done.stdout)
        return found

    def npm_version(self, package: str) -> str:
        """Return the version of an npm package, "" when it or node is absent."""
        file = self.folder / "node" / "node_modules" / package / "package.json"
        if not file.exists() or shutil.which("node") is None:
            return ""
        return str(json.loads(file.read_text())["version"])

    def reader_version(self, name: str) -> str:
        """Return the version of something that reads calendars, "" when it is absent."""
        if name == "libical":
            return libical_version()
        if name in NPM_READERS:
            return self.npm_version(NPM_READERS[name])
        return self.versions(name)[name]

    def readings(self, name: str, calendars: list[str]) -> list[dict[str, Any]]:
        """Return what a peer found in each calendar. Raises PeerBroke."""
        return self._answers(self._command(name), calendars, ELSEWHERE)

    def links(self, events: list[dict[str, str]]) -> list[dict[str, str]]:
        """Return the addresses that calendar-link makes of each event, for Dutch visitors."""
        return self._answers(self._command("calendar-link"), events, "Europe/Amsterdam")

    def _command(self, name: str) -> list[str]:
        if name == "libical":
            return [sys.executable, str(SCRIPTS / "libical.py")]
        if name in PYTHON_READERS:
            return [str(self.python), str(SCRIPTS / "python.py"), name]
        node = self.folder / "node"
        return ["node", str(SCRIPTS / "javascript.cjs"), name, str(node.resolve())]

    def _answers(self, command: list[str], given: list[Any], zone: str) -> list[dict[str, Any]]:
        done = subprocess.run(
            command,
            input=json.dumps(given),
            env={**os.environ, "TZ": zone},
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        if done.returncode:
            raise PeerBroke(f"{' '.join(command[-2:])}: {done.stderr[-400:]}")
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers


def libical_version() -> str:
    """Return the version of libical 3, "" when it is absent; read from its file's name."""
    if ctypes.util.find_library("ical") is None:
        return ""
    for folder in Path("/usr/lib").glob("*/libical.so.3"):
        return folder.resolve().name.removeprefix("libical.so.")
    return ""
