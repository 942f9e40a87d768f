"""What a browser says that no visitor sees: faults, broken policy, and calls to strangers."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request


@dataclass
class Watch:
    """Everything that went wrong on the pages of a portal, in words."""

    base_url: str
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page and frame of a browser context from now on."""
        context.on("request", self._note_request)
        context.on("page", self._watch_page)

    def _watch_page(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("console", self._note_console)

    def _note_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        is_ours = address.netloc == urlsplit(self.base_url).netloc
        if not is_ours and address.scheme not in ("data", "about"):
            self.faults.append(f"a request to a stranger: {request.url}")

    def _note_console(self, said: ConsoleMessage) -> None:
        """Note errors, among which broken Content-Security-Policy; a page's own 4xx is none."""
        own_refusal = "the server responded with a status of 4" in said.text
        if said.type == "error" and not own_refusal:
            self.faults.append(f"console: {said.text}")
