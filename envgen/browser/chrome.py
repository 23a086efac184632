"""A headless Chromium, wherever this machine has one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from envgen.core.errors import WorkError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

VARIABLE = "ENVGEN_BROWSER"
"""Names another browser of the Chromium family."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
REMEDY = "Install one: `apt-get install chromium` on Debian, `playwright install chromium` elsewhere."


def find_browser() -> str | None:
    """Path of a browser of the system, or None: then Playwright's own is used.

    Raises:
        WorkError: The variable `ENVGEN_BROWSER` names no program.
    """
    named = os.environ.get(VARIABLE)
    if named:
        path = shutil.which(named)
        if not path:
            raise WorkError(f"{VARIABLE} names {named!r}, which is no program", REMEDY)
        return path
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def browser(*, gpu: bool = False) -> Iterator[Browser]:
    """A running headless browser.

    Args:
        gpu: Whether it draws on the graphics card; else in software, which every machine can.

    Raises:
        WorkError: None is installed, or it does not start.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise WorkError("the package playwright is not installed", "pip install playwright") from None
    arguments = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding"]
    # WebGL in software is asked for by name, or headless Chromium may have none; the page around it is put
    # together without the software GPU, which took 4 s of processor time for 10 s of moving numbers
    arguments += ["--enable-gpu"] if gpu else ["--disable-gpu", "--enable-unsafe-swiftshader"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to run as root with its sandbox
    with sync_playwright() as playwright:
        try:
            running = playwright.chromium.launch(
                executable_path=find_browser(), args=arguments, handle_sigint=False, handle_sigterm=False
            )
        except Error as error:
            first = next(iter(str(error).strip().splitlines()), "it did not start")
            raise WorkError(f"no browser could be started: {first}", REMEDY) from None
        try:
            yield running
        finally:
            running.close()
