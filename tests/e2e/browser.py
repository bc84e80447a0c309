"""The system's chromium, driven by Playwright; used by the tests, the benchmark and the screenshots of the page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


def chromium_path() -> str | None:
    """Where Debian's (or any system's) chromium is; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A headless browser without a sandbox of its own: tests run as root in containers."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield browser
        browser.close()


_TIMEOUT = 10_000
"""Milliseconds that a test waits for what it clicks or expects."""


class Visit:
    """One page in a context of its own, with what it must not do written down: errors, requests, dialogs."""

    def __init__(self, browser: Browser, path: Path, hash_: str = "", **context: Any) -> None:  # noqa: ANN401 - Playwright's
        settings = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}, **context}
        self.context: BrowserContext = browser.new_context(**settings)
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(_TIMEOUT)
        self.problems: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.problems.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.address = path.as_uri()
        self.page.goto(self.address + hash_)

    def close(self) -> None:
        """Close the page; it asked for nothing but itself, and complained of nothing."""
        self.context.close()
        assert self.problems == []
        assert {url.split("#")[0] for url in self.requests} == {self.address}
