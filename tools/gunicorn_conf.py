"""gunicorn's settings: one process with threads, jobs beside the requests.

With more workers, set TIJDVENSTER_JOBS=separate and run `flask --app wsgi jobs run` once.
"""

import os
from typing import Any

from portal.jobs import start_in_process

host = os.environ.get("TIJDVENSTER_HOST", "127.0.0.1")
bind = f"{host}:{os.environ.get('TIJDVENSTER_PORT', '8000')}"
worker_class = "gthread"
workers = 1
threads = 8
timeout = 60
graceful_timeout = 20
keepalive = 5
control_socket_disable = True  # else a socket appears in the home folder
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """Start the jobs in the process that serves."""
    app = worker.wsgi
    if app.extensions["tijdvenster.settings"].jobs == "in_process":
        worker.jobs = start_in_process(app)


def worker_exit(_server: Any, worker: Any) -> None:
    """Let the jobs at hand end."""
    consumer = getattr(worker, "jobs", None)
    if consumer is not None:
        consumer.stop(graceful=True)
