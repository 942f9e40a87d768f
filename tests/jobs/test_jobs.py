from __future__ import annotations

import threading
import time

import pytest
from flask import Flask
from huey import RedisHuey
from huey.consumer import Consumer

from portal import clock
from portal.jobs import (
    EXTENSION,
    SEND_MESSAGES,
    Job,
    group,
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
        assert done.wait(60)
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
    assert began.wait(60)
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
        assert done.wait(60)
    finally:
        consumer.stop(graceful=True)


def test_a_job_that_works_alone_leaves_the_other_threads_to_others(plain_app):
    began, go_on, done = threading.Event(), threading.Event(), threading.Event()

    def slow(_now):
        began.set()
        assert go_on.wait(60)

    slowly = Job("slow", slow, minute="59", hour="23", alone=True)
    app = plain_app(slowly, never("mark", lambda now: done.set()))
    consumer = start_in_process(app)
    try:
        with app.app_context():
            for _ in range(5):
                wake("slow")
            assert began.wait(60)
            wake("mark")
        assert done.wait(60)
    finally:
        go_on.set()
        consumer.stop(graceful=True)


def test_slow_jobs_never_keep_the_quick_ones_waiting(plain_app):
    """Mail to a silent server beside a long solve: the evening's decisions come all the same."""
    go_on, done = threading.Event(), threading.Event()
    slow = [
        Job(f"slow {n}", lambda _now: go_on.wait(120), "59", "23", alone=True, slow=True)
        for n in range(3)
    ]
    app = plain_app(*slow, never("decide", lambda now: done.set()))
    consumer = start_in_process(app)
    try:
        with app.app_context():
            for job in slow * 2:
                wake(job.name)
            wake("decide")
        assert done.wait(60)
    finally:
        go_on.set()
        consumer.stop(graceful=True)


def test_what_waits_for_others_is_known_to_be_slow():
    slow = {job.name for job in TIMETABLE if job.slow}
    assert slow == {SEND_MESSAGES, "fetch_inbound", "solve_changed_days"}


def test_a_slow_job_that_would_take_every_thread_is_refused():
    with pytest.raises(ValueError, match="alone"):
        Job("slow", lambda now: None, slow=True)


def test_jobs_in_a_process_of_their_own_free_what_a_killed_one_kept(plain_app, monkeypatch):
    app = plain_app(Job("slow", lambda now: None, alone=True))
    app.cli.add_command(group)
    queue = app.extensions[EXTENSION].queue
    queue.lock_task("slow").acquire()
    monkeypatch.setattr(Consumer, "run", lambda self: None)
    ended = app.test_cli_runner().invoke(args=["jobs", "run"])
    assert ended.exit_code == 0
    assert not queue.is_locked("slow")


def test_a_job_is_told_the_time_of_the_portals_clock(plain_app):
    told = []
    app = plain_app(never("tell", told.append))
    with app.app_context():
        moment = clock.now()
        clock.set_clock(app, lambda: moment)
        app.extensions[EXTENSION].tasks["tell"].call_local()
    assert told == [moment]


def test_waking_never_fails_the_request_when_the_queue_is_away(plain_app, monkeypatch):
    app = plain_app(never("mark", lambda now: None))
    queue = app.extensions[EXTENSION].queue
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
