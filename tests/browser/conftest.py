"""A real Chromium before the real portal: light and dark, desktop and phone, and axe."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page
from werkzeug.serving import WSGIRequestHandler, make_server

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
QUIET_BROWSER = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


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


class SilentHandler(WSGIRequestHandler):
    """Keeps the web server's lines out of the tests' output."""

    def log(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def base_url(app: Flask) -> Iterator[str]:
    """The address of this test's portal, served by a thread."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=SilentHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


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

    A fault in the page's console fails the test.
    """
    faults: list[str] = []
    with _contexts(browser) as new_context:

        def open_page(view: View = VIEWS[0], **options: Any) -> Page:
            page = new_context(
                base_url=base_url,
                locale="nl-NL",
                timezone_id="Europe/Amsterdam",
                viewport=view.viewport,
                color_scheme=view.scheme,
                reduced_motion="reduce",
                java_script_enabled=options.pop("javascript", True),
                **options,
            ).new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
            return page

        yield open_page
    assert not faults


def _is_fault(said: Any) -> bool:
    """Whether a console line is a fault; a page's own 4xx status is none."""
    return said.type == "error" and "the server responded with a status of 4" not in said.text


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
def axe() -> Callable[[Page], None]:
    """Return a function that fails when axe finds anything on a page, and says what."""
    checker = Axe()

    def check(page: Page) -> None:
        results = checker.run(page)
        assert results.violations_count == 0, results.generate_report()

    return check


@pytest.fixture
def fits() -> Callable[[Page], None]:
    """Return a function that fails when a page must be scrolled sideways."""

    def check(page: Page) -> None:
        wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
        assert wide <= room, f"{wide} pixels wide in a window of {room}"

    return check
