"""Work outside requests. huey only wakes: what is to be done stands in the database.

A job takes no arguments and finds its own work, so that a lost or doubled wake-up does no harm: the
next minute's does the same. See docs/decisions/0006.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import click
import structlog
from flask import Flask, current_app
from flask.cli import AppGroup
from huey import crontab
from huey.api import Huey, MemoryHuey, RedisHuey, SqliteHuey
from huey.consumer import Consumer
from huey.exceptions import TaskLockedException

from portal import clock
from portal.settings import Settings

EXTENSION = "tijdvenster.jobs"
SEND_MESSAGES = "send_messages"
WRITE_CODES = "write_codes"
OFFER_FREED = "offer_freed_windows"
QUICK_THREADS = 2  # for the jobs that are not slow
SHUTDOWN_SECONDS = 15  # less than gunicorn's graceful_timeout, so that a worker is not killed

log = structlog.get_logger(__name__)
group = AppGroup("jobs", help="Work outside requests: run it in a process of its own.")


@dataclass(frozen=True)
class Job:
    """What is done, and when: a minute and hour of a crontab, in UTC.

    A job that works `alone` is passed over while an earlier run of it is still at work. One that is
    `slow` besides, since it waits for others or reckons long, gets a thread more, so that it never
    keeps the quick ones waiting.
    """

    name: str
    work: Callable[[datetime], object]
    minute: str = "*"
    hour: str = "*"
    alone: bool = False
    slow: bool = False

    def __post_init__(self) -> None:
        if self.slow and not self.alone:
            raise ValueError("what is slow works alone: else one job takes every thread")


class Jobs(NamedTuple):
    """The application's queue, its tasks by name, and how many threads they need."""

    queue: Huey
    tasks: dict[str, Callable[[], object]]
    threads: int


def init_jobs(app: Flask, settings: Settings, jobs: Sequence[Job]) -> None:
    """Give the application its queue, with each job as a periodic task that can also be woken."""
    queue = queue_for(settings)
    tasks = {job.name: _task(app, queue, job) for job in jobs}
    threads = QUICK_THREADS + sum(job.slow for job in jobs)
    app.extensions[EXTENSION] = Jobs(queue, tasks, threads)


def queue_for(settings: Settings) -> Huey:
    """Return the queue: in Redis when there is one, else in a file."""
    if settings.testing:
        return MemoryHuey("tijdvenster")
    if settings.redis_url is None:
        return SqliteHuey("tijdvenster", filename=str(settings.data_dir / "jobs.sqlite3"))
    return RedisHuey("tijdvenster", url=settings.redis_url)


def wake(name: str) -> None:
    """Let a job run soon: call it after the commit. Without the queue, its minute will come."""
    tasks = current_app.extensions[EXTENSION].tasks
    try:
        tasks[name]()
    except Exception as error:
        if isinstance(error, KeyError):
            raise
        log.warning("queue unavailable", job=name, kind=type(error).__name__)


def _task(app: Flask, queue: Huey, job: Job) -> Callable[[], object]:
    def run() -> None:
        with app.app_context():
            structlog.contextvars.bind_contextvars(job=job.name)
            try:
                with queue.lock_task(job.name) if job.alone else nullcontext():
                    job.work(clock.now())
            except TaskLockedException:
                log.info("job still at work")
            finally:
                structlog.contextvars.clear_contextvars()

    when = crontab(minute=job.minute, hour=job.hour)
    task: Callable[[], object] = queue.periodic_task(when, name=job.name)(run)
    return task


class InProcessConsumer(Consumer):
    """Runs jobs in threads of a web process; the web server keeps the signals."""

    def _set_signal_handlers(self) -> None:
        """Leave them alone: only a main thread may set them."""


def start_in_process(app: Flask) -> InProcessConsumer:
    """Return a running consumer with its periodic jobs; the caller stops it, gracefully."""
    queue, tasks, threads = app.extensions[EXTENSION]
    queue.flush_locks(*tasks)  # of a process that was killed at its work
    consumer = InProcessConsumer(
        queue,
        workers=threads,
        initial_delay=0.05,
        max_delay=0.5,
        check_worker_health=False,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    consumer.start()
    return consumer


@group.command("run")
@click.option("--workers", type=click.IntRange(1, 64), help="Threads; as many as needed if absent.")
@click.option(
    "--periodic/--no-periodic",
    default=True,
    help="Keep the timetable; exactly one process does.",
)
def run(workers: int | None, periodic: bool) -> None:
    """Run jobs until SIGTERM, which lets those at hand end (for TIJDVENSTER_JOBS=separate)."""
    queue, tasks, threads = current_app.extensions[EXTENSION]
    queue.flush_locks(*tasks)  # of a process that was killed at its work; jobs bear to run twice
    Consumer(
        queue,
        workers=workers or threads,
        periodic=periodic,
        graceful_signal="TERM",
        shutdown_timeout=600,
    ).run()


@group.command("once")
@click.argument("name")
def once(name: str) -> None:
    """Do one job here and now, by its name."""
    tasks = current_app.extensions[EXTENSION].tasks
    if name not in tasks:
        raise click.BadParameter(f"is one of: {', '.join(tasks)}", param_hint="NAME")
    tasks[name].call_local()
