"""A tab driven by the DevTools protocol, for measurements that Playwright would distort.

Playwright makes the browser report each WebSocket frame as text: for 500 worlds 120 MB that the page's own
process encodes as base64 and three others read. That can't be switched off, so this tab belongs to a browser
context that Playwright does not know, and is driven over the DevTools protocol (CDP).
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

RESPONSE_TIMEOUT = 600.0
"""Seconds that a response may take."""
POLL = 0.02
_CALL = """
(async () => {
    const value = (%s);
    return typeof value === "function" ? await value(%s) : await value;
})()
"""


class CdpTab:
    """A tab.

    Args:
        protocol: CDP session of the browser.
        target: Id of the tab.
    """

    def __init__(self, protocol: CDPSession, target: str) -> None:
        self._protocol, self._target = protocol, target
        self._numbers = itertools.count(1)
        self._answers: dict[int, dict[str, Any]] = {}
        protocol.on("Target.receivedMessageFromTarget", self._receive)
        attached = protocol.send("Target.attachToTarget", {"targetId": target, "flatten": False})
        self._session = attached["sessionId"]

    def _receive(self, event: dict[str, Any]) -> None:
        message = json.loads(event["message"])
        if "id" in message:
            self._answers[message["id"]] = message

    def call(self, expression: str, argument: Any = None) -> Any:
        """Evaluate a JavaScript expression, or call a function with an argument, and return the result.

        Raises:
            WorkError: The page threw, or is gone.
        """
        source = _CALL % (expression, json.dumps(argument))
        asked = {"expression": source, "awaitPromise": True, "returnByValue": True}
        number, until = next(self._numbers), time.monotonic() + RESPONSE_TIMEOUT
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
def open_cdp_tab(running: Browser, url: str, size: tuple[int, int] = (1280, 800)) -> Iterator[CdpTab]:
    """Open a page of envgen and wait until it is ready.

    Args:
        running: The browser.
        url: URL of the page.
        size: Size of the window, in pixels.

    Raises:
        WorkError: It does not start.
    """
    protocol = running.new_browser_cdp_session()
    context = protocol.send("Target.createBrowserContext")["browserContextId"]
    try:
        made = {"url": url, "browserContextId": context, "width": size[0], "height": size[1]}
        tab = CdpTab(protocol, protocol.send("Target.createTarget", made)["targetId"])
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


def _loaded(tab: CdpTab) -> bool:
    try:
        return bool(tab.call("Boolean(window.envgen)"))
    except WorkError:  # no document is loaded yet
        return False
