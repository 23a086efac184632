"""A page in a real browser, as a test drives it: by what a person does, and by `window.envgen`."""

from __future__ import annotations

import base64
import io
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser

from envgen.browser.session import Session

WALL = "main > canvas"
PATIENCE = 60.0
"""Seconds that anything may take: machines of CI are slow; waiting costs nothing when it holds."""


class Tab(Session):
    """A page with waiting built in."""

    def until(self, what: str, expression: str | Callable[[], Any]) -> Any:
        """Wait until an expression of the page, or a function, gives something true, and return that."""
        end = time.monotonic() + PATIENCE
        while True:
            value = expression() if callable(expression) else self.call(expression)
            if value:
                return value
            assert time.monotonic() < end, f"{what} did not happen in {PATIENCE:.0f} s; {self.problems()}"
            self.sleep(0.05)

    def run(self, prompt: str, count: int, **recipe: Any) -> None:
        """Run a prompt and wait until all of it runs."""
        self.call("r => envgen.start(r)", {"prompt": prompt, "count": count, **recipe})
        self.call("envgen.running()")

    def problems(self) -> dict[str, Any]:
        found: dict[str, Any] = self.call("envgen.problems()")
        return found

    def told(self, words: str) -> Any:
        """Wait until a message on the page says so, and return it."""

        def found() -> Any:
            problems = self.problems()
            return next(
                (t for t in [*problems["toasts"], problems["prompt"]] if t and words in t["cause"]), None
            )

        return self.until(f"a message with {words!r}", found)

    def offer(self, name: str, content: bytes) -> str | None:
        """Drop an ONNX file on the page; its key."""
        text = base64.b64encode(content).decode()
        key: str | None = self.call("([n, b]) => envgen.addOnnx(n, b)", [name, text])
        return key

    def actions(self, slot: int, agent: int = 0, steps: int = 4) -> NDArray[np.float64]:
        """(steps, actuators) of the control steps from now on."""
        got = self.call("([s, a, n]) => envgen.steps(s, a, n)", [slot, agent, steps])
        return np.array(got["action"])

    def policies_of(self, slots: Sequence[int] | None = None) -> list[str]:
        return [a["policy"] for a in self.agents() if slots is None or a["slot"] in slots]

    def picture(self) -> NDArray[np.uint8]:
        """(height, width, 3) of the wall as it is on the screen."""
        shot = self.page.locator(WALL).screenshot()
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))


@contextmanager
def open_tab(
    running: Browser,
    url: str,
    *,
    draw: bool = False,
    size: tuple[int, int] = (1100, 700),
    fragment: str = "",
    before: str | None = None,
    ready: bool = True,
    **context: Any,
) -> Iterator[Tab]:
    """A page of its own context.

    Args:
        running: The browser.
        url: Of the server.
        draw: Whether the wall is drawn, which costs a software renderer much.
        size: Of the window, in pixels.
        fragment: Behind the #.
        before: Script that runs before the page's own.
        ready: Wait until it is.
        context: Of Playwright's `new_context`.
    """
    inner = running.new_context(viewport={"width": size[0], "height": size[1]}, **context)
    try:
        page = inner.new_page()
        if before:
            page.add_init_script(before)
        tab = Tab(page)
        page.goto(f"{url}?draw={int(draw)}&workers=2#{fragment}")
        # survives that a static site loads once more, isolated
        page.wait_for_function("Boolean(window.envgen)", timeout=1000 * PATIENCE)
        if ready:
            tab.call("envgen.ready()")
        yield tab
    finally:
        inner.close()
