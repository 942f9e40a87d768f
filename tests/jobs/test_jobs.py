from __future__ import annotations

import threading
import time

import pytest
from flask import Flask
from huey import RedisHuey

from portal import clock
from portal.jobs import (
    EXTENSION,
    Job,
    init_jobs,
    queue_for,
    start_in_process,
    wake,
)
from portal.settings import Settings
from portal.timetable import TIMETABLE


@pytest.fixture
def plain_app(tmp_path):
    def with_jobs(*jobs: Job) -> Flask:
        app = Flask("portal")
        clock.set_clock(app, clock.system_time)
        # Not the memory queue that tests have: the file that `make run` has.
        settings = Settings(data_dir=tmp_path, secret_key="t" * 48)
        init_jobs(app, settings, jobs)
        return app

    return with_jobs


def never(name: str, work) -> Job:
    """A job that no timetable starts: 31 February does not come."""
    return Job(name, work, minute="59", hour="23")


def test_a_woken_job_runs_in_the_web_process(plain_app):
    done = threading.Event()
    app = plain_app(never("mark", lambda now: done.set()))
    consumer = start_in_process(app)
    try:
        with app.app_context():
            wake("mark")
        assert done.wait(10)
    finally:
        consumer.stop(graceful=True)


def test_stopping_lets_a_running_job_end(plain_app):
    began, ended = threading.Event(), threading.Event()

    def slow(_now):
        began.set()
        time.sleep(0.5)
        ended.set()

    app = plain_app(never("slow", slow))
    consumer = start_in_process(app)
    with app.app_context():
        wake("slow")
    assert began.wait(10)
    consumer.stop(graceful=True)
    assert ended.is_set()


def test_a_job_that_fails_does_not_stop_the_next(plain_app):
    done = threading.Event()

    def fail(_now):
        raise ValueError("on purpose")

    app = plain_app(never("fail", fail), never("mark", lambda now: done.set()))
    consumer = start_in_process(app)
    try:
        with app.app_context():
            wake("fail")
            wake("mark")
        assert done.wait(10)
    finally:
        consumer.stop(graceful=True)


def test_a_job_is_told_the_time_of_the_portals_clock(plain_app):
    told = []
    app = plain_app(never("tell", told.append))
    with app.app_context():
        moment = clock.now()
        clock.set_clock(app, lambda: moment)
        app.extensions[EXTENSION][1]["tell"].call_local()
    assert told == [moment]


def test_waking_never_fails_the_request_when_the_queue_is_away(plain_app, monkeypatch):
    app = plain_app(never("mark", lambda now: None))
    queue, _ = app.extensions[EXTENSION]
    monkeypatch.setattr(queue.storage, "enqueue", lambda *_: 1 / 0)
    with app.app_context():
        wake("mark")


def test_waking_an_unknown_job_is_a_fault(plain_app):
    with plain_app().app_context(), pytest.raises(KeyError):
        wake("nonsense")


def test_with_a_redis_the_queue_is_there(tmp_path):
    queue = queue_for(Settings(data_dir=tmp_path, REDIS_URL="redis://127.0.0.1:1/0"))
    assert isinstance(queue, RedisHuey)


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.name)
def test_every_job_of_the_timetable_does_nothing_on_an_empty_database(app, job):
    with app.app_context():
        job.work(clock.now())
