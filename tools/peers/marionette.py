"""Just enough of Marionette, by which Firefox and Thunderbird are driven from outside."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from typing import Any


class ScriptFailed(Exception):
    """What the driven program said of a script that did not run to its end."""


class Marionette:
    """A conversation with one program; scripts run with all its rights."""

    def __init__(self, port: int, patience_s: float = 120.0) -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout=patience_s)
        self._number = 0
        self._heard()
        self.ask("WebDriver:NewSession", {})
        self.ask("WebDriver:SetTimeouts", {"script": int(patience_s * 1000)})
        self.ask("Marionette:SetContext", {"value": "chrome"})

    def run(self, script: str, *given: Any) -> Any:
        """Return what the body of an async function returns; raises ScriptFailed."""
        wrapped = (
            "const done = arguments[arguments.length - 1];"
            f"(async (...given) => {{ {script} }})(...Array.from(arguments).slice(0, -1))"
            ".then((value) => done({ value: value ?? null }),"
            " (error) => done({ error: `${error} ${error?.stack ?? ''}` }));"
        )
        told = self.ask(
            "WebDriver:ExecuteAsyncScript",
            {"script": wrapped, "args": list(given), "newSandbox": True},
        )["value"]
        if "error" in told:
            raise ScriptFailed(told["error"])
        return told["value"]

    def ask(self, command: str, values: dict[str, Any]) -> Any:
        """Send one command and return its answer; raises ScriptFailed."""
        self._number += 1
        self._say([0, self._number, command, values])
        _, _, error, answer = self._heard()
        if error:
            raise ScriptFailed(f"{command}: {error.get('message', error)}")
        return answer

    def close(self) -> None:
        """End the conversation; the program goes on."""
        self._line.close()

    def _say(self, message: Sequence[Any]) -> None:
        text = json.dumps(message).encode()
        self._line.sendall(str(len(text)).encode() + b":" + text)

    def _heard(self) -> Any:
        size = b""
        while not size.endswith(b":"):
            size += self._received(1)
        wanted, text = int(size[:-1]), b""
        while len(text) < wanted:
            text += self._received(wanted - len(text))
        return json.loads(text)

    def _received(self, most: int) -> bytes:
        part = self._line.recv(most)
        if not part:
            raise ScriptFailed("the program hung up")
        return part
