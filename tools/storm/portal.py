"""The portal as it is run: gunicorn with its workers, and commands, each in its own process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from flask import Flask
from flask_migrate import upgrade

from portal.application import create_app
from portal.settings import Settings

SECRET = "storm" * 12
READY_S = 300.0  # a busy machine starts slowly
COMMAND_S = 1200.0


@dataclass(frozen=True)
class Place:
    """Where a portal keeps its data, and which application it serves: `module:app`."""

    folder: Path
    database_url: str
    workers: int = 1
    wsgi: str = "wsgi:app"
    more: Mapping[str, str] = field(default_factory=dict)

    def application(self) -> Flask:
        """Return the portal in this process, for given data and for looking behind the scenes."""
        settings = Settings.model_validate(
            {
                "data_dir": self.folder / "data",
                "secret_key": SECRET,
                "jobs": "separate",
                "log_level": "ERROR",
                "DATABASE_URL": self.database_url,
            }
        )
        return create_app(settings)

    def environment(self, port: int) -> dict[str, str]:
        """Return the environment of the portal's processes.

        They believe one proxy, so that every customer of the storm can have an address of their
        own: limits per address then hinder nobody, as they would hinder nobody in the world.
        """
        return {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "TIJDVENSTER_DATA_DIR": str(self.folder / "data"),
            "TIJDVENSTER_SECRET_KEY": SECRET,
            "TIJDVENSTER_PORT": str(port),
            "TIJDVENSTER_PROXIES": "1",
            "TIJDVENSTER_JOBS": "separate",
            "TIJDVENSTER_WORKERS": str(self.workers),
            "TIJDVENSTER_LOG_LEVEL": "ERROR",
            **self.more,
        }


@dataclass(frozen=True)
class Portal:
    """A portal that is served."""

    place: Place
    port: int
    server: subprocess.Popen[bytes]

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def start_command(self, *words: str) -> subprocess.Popen[bytes]:
        """Start one of the portal's own commands."""
        return subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", self.place.wsgi, *words],
            env=self.place.environment(self.port),
            stdout=subprocess.DEVNULL,
            stderr=self._log(),
        )

    def command(self, *words: str) -> int:
        """Run one of the portal's own commands to its end and return its exit code."""
        return self.start_command(*words).wait(timeout=COMMAND_S)

    def said(self) -> list[str]:
        """Return the lines that commands wrote about faults so far."""
        return self._log_file.read_text().splitlines() if self._log_file.exists() else []

    @property
    def _log_file(self) -> Path:
        return self.place.folder / "commands.log"

    def _log(self) -> int:
        return os.open(self._log_file, os.O_CREAT | os.O_APPEND | os.O_WRONLY)


def prepared(place: Place) -> Flask:
    """Return the portal's application after bringing its database up to date."""
    app = place.application()
    with app.app_context():
        upgrade(directory="migrations")
    return app


@contextmanager
def serving(place: Place) -> Iterator[Portal]:
    """Serve the portal until the end of the block; its words are kept in `server.log`."""
    port = free_port()
    with (place.folder / "server.log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "tools/gunicorn_conf.py", place.wsgi],
            env=place.environment(port),
            stdout=log,
            stderr=log,
        )
    portal = Portal(place, port, server)
    try:
        until_ready(portal.base_url)
        yield portal
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


class NotReady(Exception):
    """The portal did not begin to answer."""


def until_ready(base_url: str, seconds: float = READY_S) -> None:
    """Return once the portal and its database answer; raises NotReady."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{base_url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.05)
    raise NotReady(base_url)


def free_port() -> int:
    """Return a port on which nobody listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
