"""A portal with one slow job, for a real web server to start: see test_server.py."""

import os
import time
from datetime import datetime
from pathlib import Path

from flask import Flask

from portal import clock
from portal.jobs import Job, init_jobs, wake
from portal.settings import Settings, set_settings, settings_of

FOLDER = Path(os.environ["SLOW_PORTAL_FOLDER"])


def work_slowly(_now: datetime) -> None:
    """Leave a file at the beginning and one at the end."""
    (FOLDER / "began").touch()
    time.sleep(2)
    (FOLDER / "ended").touch()


app = Flask("portal")
set_settings(app, Settings(data_dir=FOLDER, secret_key="t" * 48))
clock.set_clock(app, clock.system_time)
init_jobs(app, settings_of(app), [Job("slow", work_slowly, minute="59", hour="23")])


@app.get("/wake")
def wake_it() -> str:
    """Wake the job as a view would after its commit."""
    wake("slow")
    return "woken"
