"""A headless Chromium of this machine, and what axe-core says about a page in it."""

import contextlib
import shutil
from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any, Literal

import axe_playwright_python
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
WIDTHS = (1280, 768, 390)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ALL_RULES = "{resultTypes: ['violations']}"
RULES_OF_COLOUR = "{resultTypes: ['violations'], runOnly: ['color-contrast', 'link-in-text-block']}"
"""What a scheme of colours can break."""
TIMEOUT_MS = 30_000
"""How long a page may take to become as expected, on a machine that has other work."""
expect.set_options(timeout=TIMEOUT_MS)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not here")


@contextlib.asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """A browser for the block. The tests run as root in containers, where it has no sandbox."""
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


class Visit:
    """A page in a window of its own, and what it complained about or fetched from elsewhere."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self._note(said.type, said.text))
        page.on("request", lambda request: self._note_request(request.url))

    def _note(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.complaints.append(text)

    def _note_request(self, url: str) -> None:
        if not url.startswith(self.url):
            self.complaints.append(f"asked for {url}")

    async def go(self, path: str) -> Page:
        """Open a page of the service."""
        await self.page.goto(f"{self.url}{path}")
        return self.page

    async def faults(self) -> list[str]:
        """What axe-core finds at all widths, by day and by night, and where it is too wide."""
        await self.page.evaluate(AXE)
        faults: list[str] = []
        for width, scheme in product(WIDTHS, SCHEMES):
            await self.page.set_viewport_size({"width": width, "height": 900})
            await self.page.emulate_media(color_scheme=scheme)
            rules = ALL_RULES if scheme == SCHEMES[0] else RULES_OF_COLOUR
            violations = f"axe.run({rules}).then((found) => found.violations)"
            found: list[dict[str, Any]] = await self.page.evaluate(violations)
            faults += [
                f"{width} {scheme}: {each['id']}: {[node['target'] for node in each['nodes']]}"
                for each in found
            ]
            if await self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append(f"{width}: wider than the window")
        return faults


@contextlib.asynccontextmanager
async def visit(browser: Browser, url: str, **options: Any) -> AsyncIterator[Visit]:
    """A new window on a service, for the block."""
    context = await browser.new_context(**options)
    context.set_default_timeout(TIMEOUT_MS)
    try:
        yield Visit(await context.new_page(), url)
    finally:
        await context.close()
