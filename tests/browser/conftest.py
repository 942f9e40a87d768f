"""A real Chromium before the real portal: light and dark, desktop and phone, and axe."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect

from portal.database import db
from tests.browser.live import LivePortal, demo_portal, served
from tests.browser.watch import Watch

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
WIDTHS = (320, 360, 390, 1280)
QUIET_BROWSER = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip

expect.set_options(timeout=30_000)  # as long as for everything else a page is waited for


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, so that no test forgets it."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Debian's Chromium, without a sandbox only where root may not have one."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        reason = "Chromium is not installed: apt-get install chromium"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": chromium, "args": [*QUIET_BROWSER, *sandbox]}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """What pytest-playwright's own `page` gets: a Dutch desktop."""
    return {"locale": "nl-NL", "timezone_id": "Europe/Amsterdam", "viewport": DESKTOP}


@pytest.fixture
def base_url(app: Flask) -> Iterator[str]:
    """The address of this test's own portal, which is empty."""
    with served(app) as address:
        yield address


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """One portal with a small demo branch for all tests that change nothing others look at."""
    app = demo_portal(tmp_path_factory.mktemp("live"))
    with served(app) as address:
        yield LivePortal(app, address)
    with app.app_context():
        db.engine.dispose()


@dataclass(frozen=True)
class View:
    """How somebody looks at a page."""

    name: str
    viewport: dict[str, int]
    scheme: str


VIEWS = [
    View(f"{device}-{scheme}", size, scheme)
    for device, size in (("desktop", DESKTOP), ("phone", PHONE))
    for scheme in ("light", "dark")
]


@pytest.fixture(params=VIEWS, ids=lambda view: view.name)
def view(request: pytest.FixtureRequest) -> View:
    """Desktop and phone, light and dark, one after another."""
    chosen: View = request.param
    return chosen


Opener = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, base_url: str) -> Iterator[Opener]:
    """Return a function: a new visitor's page, seen in a `View`; `javascript=False` for none.

    Faults in the console, broken policy and requests to other hosts fail the test.
    """
    watch = Watch(base_url)
    with _contexts(browser) as new_context:

        def open_page(view: View = VIEWS[0], **options: Any) -> Page:
            context = new_context(
                base_url=base_url,
                locale="nl-NL",
                timezone_id="Europe/Amsterdam",
                viewport=view.viewport,
                color_scheme=view.scheme,
                reduced_motion="reduce",
                java_script_enabled=options.pop("javascript", True),
                **options,
            )
            watch.over(context)
            page: Page = context.new_page()
            return page

        yield open_page
    assert not watch.faults


def press(target: Locator) -> None:
    """Press what leads to a page, and wait until that page is there whole.

    A click alone returns as soon as the answer begins to come.
    """
    with target.page.expect_navigation():
        target.click()


@contextmanager
def _contexts(browser: Browser) -> Iterator[Callable[..., Any]]:
    made: list[Any] = []

    def new_context(**options: Any) -> Any:
        made.append(browser.new_context(**options))
        return made[-1]

    try:
        yield new_context
    finally:
        for context in made:
            context.close()


@pytest.fixture(scope="session")
def axe() -> Callable[..., None]:
    """Return a function that fails when axe finds anything on a page, and says what."""
    checker = Axe()

    def check(page: Page, **options: Any) -> None:
        results = checker.run(page, options=options or None)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check


@pytest.fixture
def readable(axe: Callable[..., None]) -> Callable[[Page], None]:
    """Return a function that fails unless a page is for everyone, in light and in dark.

    Only colours differ between the two, so only they are looked at twice. Pages must fit the
    windows of small phones up to desktops without being scrolled sideways.
    """

    def check(page: Page) -> None:
        page.wait_for_load_state()
        usual = page.viewport_size
        page.emulate_media(color_scheme="light")
        axe(page)
        page.emulate_media(color_scheme="dark")
        axe(page, runOnly=["color-contrast"])
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{page.url}: {wide} pixels wide in a window of {width}"
        if usual:
            page.set_viewport_size(usual)

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """Return a function that fails when a page must be scrolled sideways."""

    def check(page: Page) -> None:
        wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= room, f"{wide} pixels wide in a window of {room}"

    return check
