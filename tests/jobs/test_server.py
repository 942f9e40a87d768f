"""The real web server with jobs in its process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest


def until(holds: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.mark.slow
def test_the_server_lets_a_running_job_end_before_it_stops(tmp_path: Path):
    listener = socket.create_server(("127.0.0.1", 0))  # handed over, so that nobody else takes it
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "tools/gunicorn_conf.py",
         "--bind", f"fd://{listener.fileno()}", "tests.jobs.slow_portal:app"],
        env={**os.environ, "SLOW_PORTAL_FOLDER": str(tmp_path)},
        pass_fds=[listener.fileno()],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until(lambda: answers(f"http://127.0.0.1:{listener.getsockname()[1]}/wake"))
        until((tmp_path / "began").exists)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=120) == 0
        assert (tmp_path / "ended").exists()
    finally:
        server.kill()
        server.wait()
        listener.close()
