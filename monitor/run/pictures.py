"""The pictures of a finding, made after its capture and before it is recorded."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from monitor.browser import Browser
from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.model.delivery import Earlier
from monitor.model.evidence import Capture
from monitor.model.finding import Finding
from monitor.model.person import Watch
from monitor.model.rule import RuleSet
from monitor.notify.drawer import Drawer
from monitor.notify.states import Change
from monitor.run.cards import Cards
from monitor.run.health import Health
from monitor.run.pages import Gets, Pages
from monitor.run.record import snapshot_of


class Pictures:
    """The act's own page, where the operator wants one, and the evidence card."""

    def __init__(self, cards: Cards, pages: Pages | None) -> None:
        self._cards = cards
        self._pages = pages

    async def added(
        self,
        finding: Finding,
        watch: Watch,
        capture: Capture,
        finding_id: str,
        ruleset: RuleSet,
        earlier: Earlier | None,
    ) -> Capture:
        """Return a capture with its pictures; what could not be made is noted in it."""
        if self._pages:
            capture = await self._pages.added(finding.activity, watch, capture)
        shown = snapshot_of(watch, finding)
        return await self._cards.added(finding, shown, capture, finding_id, ruleset, earlier)

    async def compared(self, change: Change, capture: Capture) -> Capture:
        """Return the capture of an edited act with the card that compares it with the one told."""
        return await self._cards.compared(change, capture)


@asynccontextmanager
async def opened(config: Config, http: Gets, told: Health) -> AsyncIterator[Pictures]:
    """Make what draws and photographs; neither starts before it is asked for something.

    Raises ``ConfigError`` where pages are wanted and no browser is there.
    """
    async with AsyncExitStack() as stack:
        drawer = Drawer(config.schedule.card_timeout)
        stack.push_async_callback(drawer.close)
        pages = _pages(config, stack, http, told) if config.capture.screenshot else None
        yield Pictures(Cards(drawer, config, told), pages)


def _pages(config: Config, stack: AsyncExitStack, http: Gets, told: Health) -> Pages:
    program = config.capture.browser
    if not os.access(program, os.X_OK):
        hint = "apt-get install chromium, or set capture.screenshot = false"
        fault = Fault("config.toml", "capture.browser", "a program", f"no {program}", hint)
        raise ConfigError([fault])
    browser = Browser(str(program), config.capture.page_timeout)
    stack.push_async_callback(browser.close)
    return Pages(browser, http, told)
