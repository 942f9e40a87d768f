"""The portal before a browser: a small demo branch with people who can be invited to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

from portal.application import create_app
from portal.booking.links import token_of
from portal.booking.models import Invitation, InvitationState
from portal.customers.models import Salutation
from portal.database import db
from portal.demo.load import load_demo
from portal.planning.models import Opening
from portal.settings import Settings
from portal.texts import Tone
from tests.conftest import MONDAY_NOON, SettableClock, prepare_for_tests
from tests.databases import make_tables
from tests.factories import make_customer, make_invitation

FEW_BOILERS = 40  # enough for six routes, a waiting address, an unanswered invitation


class SilentHandler(WSGIRequestHandler):
    """Keeps the web server's lines out of the tests' output."""

    def log(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Yield the address at which a thread serves the portal."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=SilentHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def demo_portal(folder: Path) -> Flask:
    """Return a portal with a small demo branch, on Monday 1 March 2027 at noon."""
    settings = Settings(
        testing=True, demo=True, secret_key="t" * 48, data_dir=folder, log_level="WARNING",
        DATABASE_URL=f"sqlite:///{folder / 'demo.sqlite3'}",
    )  # fmt: skip
    app = create_app(settings, SettableClock(MONDAY_NOON))
    with app.app_context():
        prepare_for_tests(db.engine)
        make_tables(db.engine)
        load_demo(MONDAY_NOON, FEW_BOILERS, solve_seconds=0)
    return app


@dataclass(frozen=True)
class LivePortal:
    """A portal that is served, and what a test may arrange behind its back."""

    app: Flask
    base_url: str

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Yield the database session; what is committed in it the pages see."""
        with self.app.app_context():
            yield db.session()

    def invited(self, tone: Tone = Tone.FORMAL, locale: str = "nl") -> str:
        """Return the path of the personal link of somebody new."""
        with self.session() as session:
            customer = make_customer(
                session, tone=tone, locale=locale, surname="Proef", salutation=Salutation.MEVR
            )
            return self._link(make_invitation(session, customer=customer))

    def withdrawn(self) -> str:
        """Return the path of a link that was withdrawn."""
        with self.session() as session:
            return self._link(make_invitation(session, state=InvitationState.WITHDRAWN))

    def close(self, opening_id: int) -> None:
        """Close a window, as a planner would while somebody looks at it."""
        with self.session() as session:
            session.execute(sa.update(Opening).where(Opening.id == opening_id).values(closed=True))
            session.commit()

    def _link(self, invitation: Invitation) -> str:
        return f"/a/{token_of(invitation, self.app.config['SECRET_KEY'])}"
