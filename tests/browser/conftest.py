"""One server and one browser that all tests of the page share; each test has a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from support.browser import Tab, open_tab

from envgen.browser.chrome import browser
from envgen.server.running import serving
from envgen.server.settings import ServerSettings

Opens = Callable[..., Tab]


@pytest.fixture(scope="session")
def server(folder: Path) -> Iterator[ServerSettings]:
    with serving(folder, workers=1) as running:
        assert running.page is not None, "the page is not built: run scripts/setup"
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def opens(chromium: Browser, server: ServerSettings) -> Iterator[Opens]:
    """Opens pages; they are closed with the test, which fails if one of them threw."""
    with ExitStack() as stack:
        tabs: list[Tab] = []

        def open_one(url: str = server.url, **how: object) -> Tab:
            tab = stack.enter_context(open_tab(chromium, url, **how))
            tabs.append(tab)
            return tab

        yield open_one
        assert [error for tab in tabs for error in tab.errors] == []
