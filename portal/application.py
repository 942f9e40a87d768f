"""Puts the portal together. Nothing here decides anything about visits or people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import portal.access.cli
import portal.access.views
import portal.api.cli
import portal.api.views
import portal.booking.cli
import portal.booking.views
import portal.campaigns.cli
import portal.console.views
import portal.customers.cli
import portal.demo.cli
import portal.demo.views
import portal.feedback.cli
import portal.feedback.views
import portal.fieldwork.cli
import portal.fieldwork.views
import portal.messages.cli
import portal.messages.inbound.cli
import portal.planning.cli
import portal.regions.cli
import portal.technicians.cli
from portal import clock, errors, health, jobs, limits, logs, pages, security, timetable
from portal.access.sign_in import init_sign_in
from portal.booking.offering import printed
from portal.campaigns.letters.queries import printed_times
from portal.customers import promises
from portal.database import db, init_database
from portal.planning.promised import visits_on_routes
from portal.settings import Settings, set_settings, settings_from_environment
from portal.technicians import stamps
from portal.texts import init_texts


def create_app(
    settings: Settings | None = None, now: Callable[[], datetime] = clock.system_time
) -> Flask:
    """Return the portal as a WSGI application; raises SettingsInvalid when it cannot start."""
    settings = settings or settings_from_environment()
    app = Flask("portal")
    configure(app, settings)
    logs.init_logs(app, settings)
    clock.set_clock(app, now)
    init_database(app)
    Migrate(app, db, directory="migrations", render_as_batch=True, compare_type=True)
    CSRFProtect(app).exempt(portal.api.views.bp)  # it knows no cookie that a browser could send
    init_texts(app)
    limits.init_limits(app, settings)
    init_sign_in(app)
    pages.init_pages(app)
    security.init_security(app)
    errors.init_errors(app)
    jobs.init_jobs(app, settings, timetable.TIMETABLE)
    promises.set_source(app, visits_on_routes)
    printed.set_source(app, printed_times)
    stamps.mark_changes()
    register_subjects(app, settings)
    serve_static_files(app)
    trust_proxies(app, settings.proxies)
    return app


def configure(app: Flask, settings: Settings) -> None:
    """Set what Flask and its extensions read from their configuration."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    set_settings(app, settings)
    app.config.update(
        SECRET_KEY=settings.signing_key(),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True, "hide_parameters": True},
        TESTING=settings.testing,
        MAX_CONTENT_LENGTH=1_000_000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_NAME="__Host-session" if settings.is_https else "session",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it wants a Referer, and our pages say "no-referrer"
        TEMPLATES_AUTO_RELOAD=False,
    )


def register_subjects(app: Flask, settings: Settings) -> None:
    """Add every subject's pages and commands."""
    for views in (
        health,
        portal.access.views,
        portal.booking.views,
        portal.console.views,
        portal.fieldwork.views,
        portal.feedback.views,
        portal.api.views,
    ):
        app.register_blueprint(views.bp)
    if settings.demo:
        app.register_blueprint(portal.demo.views.bp)
    for commands in (
        portal.access.cli,
        portal.regions.cli,
        portal.customers.cli,
        portal.technicians.cli,
        portal.planning.cli,
        portal.booking.cli,
        portal.campaigns.cli,
        portal.fieldwork.cli,
        portal.feedback.cli,
        portal.messages.cli,
        portal.messages.inbound.cli,
        portal.api.cli,
        portal.demo.cli,
        jobs,
    ):
        app.cli.add_command(commands.group)


def serve_static_files(app: Flask) -> None:
    """Let WhiteNoise answer for files under /static, with range replies and cache headers."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(app.static_folder),
        prefix="static/",
        max_age=0 if app.testing else 3600,
    )


def trust_proxies(app: Flask, number: int) -> None:
    """Take the visitor's address and scheme from what the last `number` proxies say.

    The host is not asked: links that leave the portal begin with the setting BASE_URL.
    """
    if number:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=number, x_proto=number, x_host=0
        )
