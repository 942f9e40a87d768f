"""gunicorn's settings, from the portal's: threads, and jobs beside the requests or apart.

See docs/operations.md for more than one worker.
"""

import gc
import logging
import sys
import threading
from typing import Any

from optimizer.warm import warm
from portal.jobs import start_in_process
from portal.logs import traceback_without_values
from portal.settings import SettingsInvalid, settings_from_environment, settings_of

try:
    settings = settings_from_environment()
except SettingsInvalid as wrong:
    sys.exit(f"Tijdvenster cannot start; these settings are wrong:\n{wrong}")

bind = f"{settings.host}:{settings.port}"
worker_class = "gthread"
workers = settings.workers
threads = 8
timeout = 60
graceful_timeout = 20
keepalive = 5
control_socket_disable = True  # else a socket appears in the home folder
loglevel = "warning"


def on_starting(_server: Any) -> None:
    """Keep personal links and values of the database out of gunicorn's own messages."""
    logging.getLogger("gunicorn.error").addFilter(told_safely)


def told_safely(record: logging.LogRecord) -> bool:
    """Let every message through, the one about a fault without path and values."""
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = traceback_without_values(record.exc_info)
        record.msg, record.args, record.exc_info = "fault", (), None
    return True


def post_worker_init(worker: Any) -> None:
    """Get ready beside the first requests, and start the jobs in the process that serves."""
    threading.Thread(target=settle_in, daemon=True).start()
    app = worker.wsgi
    if settings_of(app).jobs == "in_process":
        worker.jobs = start_in_process(app)


def settle_in() -> None:
    """Load what the second chance searches with; then look for garbage in what comes later only.

    A look through everything that was loaded took 140 ms, in the middle of somebody's request.
    """
    warm()
    gc.collect()
    gc.freeze()


def worker_exit(_server: Any, worker: Any) -> None:
    """Let the jobs at hand end."""
    consumer = getattr(worker, "jobs", None)
    if consumer is not None:
        consumer.stop(graceful=True)
