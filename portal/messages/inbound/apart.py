"""Reads mails in a process of its own, so that no mail can stop the portal or fill its memory.

Two seconds of processor time for each, counted by the kernel, end even a loop inside a library;
waiting for a busy machine does not count. The child is started with the first mail of a batch.
"""

from __future__ import annotations

import os
import pickle
import resource
import select
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import IO

from portal.messages.inbound.limits import LARGEST_MAIL
from portal.messages.inbound.own import Us
from portal.messages.inbound.reading import Reading, understood_or_refused

PROCESSOR_S = 2.0
WALL_S = 30.0
MEMORY = 768 * 1024 * 1024  # bytes of addresses, of which the libraries themselves take a third

COMMAND = ("-m", "portal.messages.inbound.apart")

_LENGTH = struct.Struct(">I")

Read = Callable[[bytes], Reading]


class ReadingBrokeOff(Exception):
    """The child took too long, or died; the next mail gets a new one."""


class Reader:
    """Reads one mail after the other; a child that fails is replaced."""

    def __init__(self, us: Us, wall_s: float = WALL_S) -> None:
        self._us = us
        self._wall_s = wall_s
        self._child: subprocess.Popen[bytes] | None = None

    def __call__(self, raw: bytes) -> Reading:
        """Return what a mail says; raises ReadingBrokeOff."""
        child = self._child = self._child or _started()
        try:
            return _answer(child, (raw[: LARGEST_MAIL + 1], self._us), monotonic() + self._wall_s)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the child, whatever it does."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
            child.wait()


@contextmanager
def reader(us: Us, wall_s: float = WALL_S) -> Iterator[Read]:
    """Yield a reader whose child ends with the block."""
    reading = Reader(us, wall_s)
    try:
        yield reading
    finally:
        reading.close()


def _started() -> subprocess.Popen[bytes]:
    root = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, *COMMAND],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": path, "LANG": "C.UTF-8"},  # none of our secrets: it needs none
    )


def _answer(child: subprocess.Popen[bytes], task: tuple[bytes, Us], deadline: float) -> Reading:
    if child.stdin is None or child.stdout is None:
        raise ReadingBrokeOff("the reader has no pipes")
    try:
        _write(child.stdin, task)
        answer = pickle.loads(_read(child.stdout.fileno(), deadline))  # from our own child
    except (OSError, EOFError, pickle.UnpicklingError) as fault:
        raise ReadingBrokeOff(_end_of(child) or type(fault).__name__) from fault
    if not isinstance(answer, Reading):
        raise ReadingBrokeOff("the reader answered with something else")
    return answer


def _end_of(child: subprocess.Popen[bytes]) -> str:
    with suppress(subprocess.TimeoutExpired):
        code = child.wait(1)
        if code == -signal.SIGPROF:
            return f"reading it took more than {PROCESSOR_S:.0f} s"
        return f"its reader ended with {code}"
    return ""


def _write(pipe: IO[bytes], value: object) -> None:
    data = pickle.dumps(value)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _read(source: int, deadline: float) -> bytes:
    """Return one length-prefixed value; raises EOFError, or ReadingBrokeOff at the deadline."""
    (length,) = _LENGTH.unpack(_exactly(source, _LENGTH.size, deadline))
    return _exactly(source, length, deadline)


def _exactly(source: int, number: int, deadline: float) -> bytes:
    found = bytearray()
    waiting = select.poll()
    waiting.register(source, select.POLLIN)
    while len(found) < number:
        if not waiting.poll(max(0.0, deadline - monotonic()) * 1000):
            raise ReadingBrokeOff("reading it got no turn on this machine")
        piece = os.read(source, number - len(found))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)


def main() -> None:
    """Answer mails from standard input on standard output until it ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while head := sys.stdin.buffer.read(_LENGTH.size):
        raw, us = pickle.loads(sys.stdin.buffer.read(*_LENGTH.unpack(head)))
        signal.setitimer(signal.ITIMER_PROF, PROCESSOR_S)
        reading = understood_or_refused(raw, us)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(answers, reading)


if __name__ == "__main__":
    main()
