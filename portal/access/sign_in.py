"""Signing in and out, by Flask-Security: what it may do, and what stays switched off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from flask import Flask, g, redirect, request, url_for
from flask_login import current_user
from flask_security import (
    LoginForm,
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    user_authenticated,
)
from werkzeug.wrappers import Response

from portal import limits
from portal.access.models import StaffMember
from portal.access.navigation import staff_menu
from portal.access.targets import is_local
from portal.database import db

log = structlog.get_logger(__name__)

QUICK_HASH = {"argon2__rounds": 1, "argon2__memory_cost": 64, "argon2__parallelism": 1}

OPTIONS = {
    "URL_PREFIX": "/staff",
    "LOGIN_URL": "/sign-in",
    "LOGOUT_URL": "/sign-out",
    "POST_LOGIN_VIEW": "access.home",
    "POST_LOGOUT_VIEW": "security.login",
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_SINGLE_HASH": {"argon2"},  # argon2 salts by itself; no second key that may get lost
    "RETURN_GENERIC_RESPONSES": True,
    "FLASH_MESSAGES": False,  # ours are said in the page
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
    "API_ENABLED_METHODS": ["session"],
    "FRESHNESS": timedelta(days=-1),  # no page that asks for the password again
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": False,  # `flask staff` keeps our rules and the audit trail
    "CLI_ROLES_NAME": False,
    "TWO_FACTOR": False,
    "WEBAUTHN": False,
}


class NoRoleTable(RoleMixin):
    """Stands where Flask-Security expects a table: a staff member's role is a column."""


class SignInForm(LoginForm):
    """E-mail address and password; nobody stays signed in on a shared desk."""

    remember = None

    def validate_next(self, field: Any) -> None:
        """Forget a target on another site: it is no reason to refuse who signs in."""
        if not is_local(field.data or ""):
            field.data = ""


def init_sign_in(app: Flask) -> None:
    """Let staff sign in under /staff, and limit how often anyone may try."""
    app.config.update({f"SECURITY_{name}": value for name, value in OPTIONS.items()})
    if app.testing:
        app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"] = QUICK_HASH
    datastore = SQLAlchemySessionUserDatastore(db.session, StaffMember, NoRoleTable)
    security = Security(app, datastore, login_form=SignInForm)
    security.unauthn_handler(_sign_in_first)
    security.login_manager.unauthorized_callback = _sign_in_first
    security.login_manager.request_loader(_nobody_by_token)
    _limit_tries(app)
    user_authenticated.connect(_log_sign_in, app)
    app.before_request(_use_staff_language)
    app.context_processor(lambda: {"staff_menu": staff_menu})


def _sign_in_first(*_mechanisms: object, **_headers: object) -> Response:
    wanted = request.full_path.removesuffix("?") if request.method == "GET" else None
    return redirect(url_for("security.login", next=wanted))


def _nobody_by_token(_request: object) -> None:
    """Flask-Security would take a token out of any address; staff come with a session only."""


def _limit_tries(app: Flask) -> None:
    limited: Any = limits.limiter.limit(limits.GUESSES, methods=["POST"])
    app.view_functions["security.login"] = limited(app.view_functions["security.login"])


def _log_sign_in(_app: Flask, user: StaffMember, **_details: object) -> None:
    log.info("signed in", staff_member=user.id)


def _use_staff_language() -> None:
    if current_user.is_authenticated:
        g.locale = current_user.locale
