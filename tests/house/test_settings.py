"""A wrong setting stops the start with its name; none is passed over in silence."""

from __future__ import annotations

import importlib
import logging
import subprocess
import sys

import pytest

from portal.settings import Settings, SettingsInvalid, settings_from_environment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TIJDVENSTER_LOG_LEVEL", "LOUD"),
        ("TIJDVENSTER_PORT", "eighty"),
        ("TIJDVENSTER_PORT", "0"),
        ("TIJDVENSTER_PORT", "70000"),
        ("TIJDVENSTER_HOST", ""),
        ("TIJDVENSTER_PROXIES", "-1"),
        ("TIJDVENSTER_WORKERS", "0"),
        ("TIJDVENSTER_WORKERS", "2"),  # with jobs in process, each would keep the timetable
        ("TIJDVENSTER_BASE_URL", "portal.example"),
        ("TIJDVENSTER_BASEURL", "https://portal.example"),
        ("TIJDVENSTER_DATABASE_URL", "sqlite:///x"),  # it is read without our prefix
        ("REDIS_URL", "nonsense"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://localhost:99999/0"),
        ("REDIS_URL", "http://localhost"),
    ],
)
def test_a_wrong_or_unknown_setting_is_the_only_one_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid) as refused:
        settings_from_environment()
    [line] = str(refused.value).splitlines()
    assert line.startswith(f"{name}: ")


def test_every_wrong_setting_is_named_at_once(monkeypatch):
    monkeypatch.setenv("TIJDVENSTER_LOGLEVEL", "INFO")
    monkeypatch.setenv("REDIS_URL", "nonsense")
    with pytest.raises(SettingsInvalid, match=r"(?s)TIJDVENSTER_LOGLEVEL: .*REDIS_URL: "):
        settings_from_environment()


def test_what_the_tests_read_is_no_unknown_setting(monkeypatch):
    monkeypatch.setenv("TIJDVENSTER_TEST_POSTGRESQL", "postgresql://127.0.0.1/")
    assert settings_from_environment() == Settings()


def test_good_settings_are_taken(monkeypatch):
    for name, value in {
        "TIJDVENSTER_LOG_LEVEL": "debug",
        "TIJDVENSTER_PORT": "9000",
        "TIJDVENSTER_JOBS": "separate",
        "TIJDVENSTER_WORKERS": "3",
        "REDIS_URL": "rediss://:password@redis.example:6380/1",
    }.items():
        monkeypatch.setenv(name, value)
    settings = settings_from_environment()
    assert (settings.log_level, settings.workers) == ("DEBUG", 3)
    assert settings.base_url == "http://127.0.0.1:9000"


def test_the_web_server_says_which_setting_is_wrong(tmp_path):
    command = [sys.executable, "-m", "gunicorn", "-c", "tools/gunicorn_conf.py", "wsgi:app"]
    wrong = {"TIJDVENSTER_DATA_DIR": str(tmp_path), "TIJDVENSTER_LOG_LEVEL": "LOUD"}
    done = subprocess.run(command, env=wrong, capture_output=True, text=True)
    assert done.returncode != 0
    assert "TIJDVENSTER_LOG_LEVEL: " in done.stderr
    assert "Traceback" not in done.stderr


def test_the_web_server_listens_and_works_as_the_settings_say(monkeypatch):
    monkeypatch.setenv("TIJDVENSTER_HOST", "0.0.0.0")
    monkeypatch.setenv("TIJDVENSTER_PORT", "8123")
    monkeypatch.setenv("TIJDVENSTER_JOBS", "separate")
    monkeypatch.setenv("TIJDVENSTER_WORKERS", "4")
    conf = importlib.reload(importlib.import_module("tools.gunicorn_conf"))
    assert (conf.bind, conf.workers) == ("0.0.0.0:8123", 4)


def test_the_web_server_s_own_messages_name_no_page(monkeypatch):
    conf = importlib.import_module("tools.gunicorn_conf")
    try:
        raise ValueError("broken")
    except ValueError:
        record = logging.LogRecord(
            "gunicorn.error", logging.ERROR, __file__, 1,
            "Error handling request %s", ("/a/aVeryPersonalToken",), sys.exc_info(),
        )  # fmt: skip
    assert conf.told_safely(record)
    told = logging.Formatter().format(record)
    assert "broken" in told
    assert "aVeryPersonalToken" not in told
