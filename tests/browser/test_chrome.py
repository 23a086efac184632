"""The headless browser itself: what it draws with."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest

from envgen.browser.chrome import RENDERER, browser
from envgen.core.errors import WorkError

T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """What it gives in a thread of its own: Playwright starts once in each."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def renderer(*, gpu: bool = False) -> str:
    with browser(gpu=gpu) as chrome:
        return str(chrome.new_page().evaluate(RENDERER))


def test_in_software_there_is_webgl():
    assert apart(renderer)


def test_a_graphics_card_is_used_or_its_want_is_said():
    """Never software in its place: a figure of it would be passed off as the card's."""
    name, want = "", None
    try:
        name = apart(lambda: renderer(gpu=True)).lower()
    except WorkError as error:
        want = error
    if want is None:
        assert name
        assert not {"swiftshader", "llvmpipe"} & set(name.replace("(", " ").split())
    else:
        assert "graphics card" in want.cause
        assert "--gpu" in want.remedy


def test_a_browser_that_is_no_program_is_named(monkeypatch):
    monkeypatch.setenv("ENVGEN_BROWSER", "/nowhere/chromium")
    with pytest.raises(WorkError, match="/nowhere/chromium"):
        apart(renderer)
