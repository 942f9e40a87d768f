"""A technician without network: what is tapped is kept, and arrives once, with its own moment."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session

from portal.access.guards import Role
from portal.clock import AMSTERDAM
from portal.fieldwork.models import Tap
from portal.fieldwork.steps import Step
from tests.browser.conftest import press
from tests.factories import make_technician
from tests.fieldwork.taps import promised
from tests.staff import PASSWORD, make_staff

PHONE = {"width": 360, "height": 640}


def signed_in(page: Page, base_url: str, session: Session) -> None:
    """Sign in as the technician who drives the one route."""
    anouk = make_technician(session, name="Anouk")
    member = make_staff(session, Role.TECHNICIAN, technician_id=anouk.id)
    page.set_viewport_size(PHONE)
    page.goto(f"{base_url}/staff/sign-in")
    page.fill("input[name=email]", member.email)
    page.fill("input[name=password]", PASSWORD)
    press(page.locator("main button[type=submit]"))


def test_a_tap_without_network_arrives_once_when_there_is_one(
    page: Page, base_url: str, context: BrowserContext, session: Session, clock
) -> None:
    clock.set(datetime(2027, 3, 8, 8, 10, tzinfo=AMSTERDAM))
    signed_in(page, base_url, session)
    promised(session)
    page.goto(f"{base_url}/route")
    context.set_offline(True)
    page.get_by_role("button", name="Begonnen op").click()
    notice = page.get_by_text("Geen verbinding.")
    expect(notice).to_be_visible()
    assert session.scalars(sa.select(Tap)).all() == []
    session.rollback()
    context.set_offline(False)
    expect(page.get_by_text("bezig sinds")).to_be_visible()
    expect(notice).to_be_hidden()
    (tap,) = session.scalars(sa.select(Tap)).all()
    assert tap.step is Step.STARTED
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
