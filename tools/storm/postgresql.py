"""A PostgreSQL server of one's own that keeps what it acknowledged, and can be stopped rudely."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql")
STATEMENT_S = 60


class NoPostgresql(Exception):
    """PostgreSQL is not installed here."""


@dataclass(frozen=True)
class Server:
    """A server that listens on a socket in its own folder."""

    programs: Path
    folder: Path

    @property
    def url(self) -> str:
        """The URL of its database."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def make(self) -> None:
        """Create the server's files."""
        as_postgres(
            self.programs / "initdb", "-D", self.folder / "data", "-A", "trust", "-U", "postgres",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip

    def start(self) -> None:
        """Start it and wait until it answers. Commits are durable: nothing is switched off."""
        options = f"-c listen_addresses='' -k {self.folder} -c max_connections=150"
        self._control("-w", "-t", "60", "-o", options, "start")

    def stop_at_once(self) -> None:
        """Stop it as a crash would: whoever is connected is cut off in the middle."""
        self._control("-m", "immediate", "stop", must=False)

    def _control(self, *command: str, must: bool = True) -> None:
        control = (self.programs / "pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log")
        as_postgres(*control, *command, must=must)


def as_postgres(*command: str | Path, must: bool = True) -> None:
    """Run a command, as the user `postgres` when we are root: the server refuses root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run(
        [*prefix, *map(str, command)],
        check=must,
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=STATEMENT_S,
    )


@contextmanager
def own_server() -> Iterator[Server]:
    """Yield a running server that goes with its data at the end; raises NoPostgresql."""
    versions = sorted(PROGRAMS.glob("*/bin"), key=lambda folder: float(folder.parent.name))
    if not versions:
        raise NoPostgresql
    folder = Path(tempfile.mkdtemp(prefix="tv-storm-", dir="/tmp"))  # a socket's path is short
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Server(versions[-1], folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.stop_at_once()
        shutil.rmtree(folder, ignore_errors=True)
