"""A tab into which Playwright doesn't look, for measuring what a person's browser does.

Playwright has the browser tell it each frame of each WebSocket as text: for 500 worlds 120 MB that the
page's own process puts into base64, and three others read. It can't be told not to, so this tab belongs to a
context of which it doesn't know, and is asked over the DevTools protocol.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from envgen.core.errors import WorkError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession

PATIENCE = 600.0
"""Seconds that an answer may take."""
POLL = 0.02
_CALL = """
(async () => {
    const value = (%s);
    return typeof value === "function" ? await value(%s) : await value;
})()
"""


class Unwatched:
    """A tab.

    Args:
        protocol: Of the browser.
        target: Id of the tab.
    """

    def __init__(self, protocol: CDPSession, target: str) -> None:
        self._protocol, self._target = protocol, target
        self._numbers = itertools.count(1)
        self._answers: dict[int, dict[str, Any]] = {}
        protocol.on("Target.receivedMessageFromTarget", self._hear)
        attached = protocol.send("Target.attachToTarget", {"targetId": target, "flatten": False})
        self._session = attached["sessionId"]

    def _hear(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._answers[message["id"]] = message

    def call(self, expression: str, argument: Any = None) -> Any:
        """What a JavaScript expression (or a function, with its argument) gives.

        Raises:
            WorkError: The page threw, or is no more.
        """
        source = _CALL % (expression, json.dumps(argument))
        asked = {"expression": source, "awaitPromise": True, "returnByValue": True}
        number, until = next(self._numbers), time.monotonic() + PATIENCE
        message = json.dumps({"id": number, "method": "Runtime.evaluate", "params": asked})
        self._protocol.send("Target.sendMessageToTarget", {"sessionId": self._session, "message": message})
        while number not in self._answers:
            if time.monotonic() > until:
                raise WorkError("the page does not answer", "Measure fewer environments.")
            # Playwright hears events only while it waits for an answer itself
            self._protocol.send("Target.getTargetInfo", {"targetId": self._target})
            time.sleep(POLL)
        answer = self._answers.pop(number)
        result = answer.get("result", {})
        if "error" in answer or "exceptionDetails" in result:
            why = answer.get("error", result.get("exceptionDetails", {}))
            raise WorkError(f"the page failed: {json.dumps(why)[:300]}", "See its console.")
        return result["result"].get("value")


@contextmanager
def unwatched(running: Browser, url: str, size: tuple[int, int] = (1280, 800)) -> Iterator[Unwatched]:
    """Open a page of envgen and wait until it is ready.

    Args:
        running: The browser.
        url: Of the page.
        size: Of the window, in pixels.

    Raises:
        WorkError: It does not start.
    """
    protocol = running.new_browser_cdp_session()
    context = protocol.send("Target.createBrowserContext")["browserContextId"]
    try:
        made = {"url": url, "browserContextId": context, "width": size[0], "height": size[1]}
        tab = Unwatched(protocol, protocol.send("Target.createTarget", made)["targetId"])
        until = time.monotonic() + 60.0
        while not _loaded(tab):
            if time.monotonic() > until:
                raise WorkError("the page did not start in time", "See `envgen doctor`.")
            time.sleep(0.05)
        tab.call("window.envgen.ready()")
        yield tab
    finally:
        protocol.send("Target.disposeBrowserContext", {"browserContextId": context})
        protocol.detach()


def _loaded(tab: Unwatched) -> bool:
    try:
        return bool(tab.call("Boolean(window.envgen)"))
    except WorkError:  # between two documents there is nobody to ask
        return False
