"""A headless Chromium, wherever this machine has one."""

from __future__ import annotations

import os
import re
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
SOFTWARE = ("--disable-gpu", "--enable-unsafe-swiftshader")
"""WebGL in software is asked for by name, or headless Chromium may have none; the page around it is put
together without the software GPU, which took 4 s of processor time for 10 s of moving numbers."""
CARD = (
    ("--enable-gpu",),
    # a card with no screen, as servers have: Vulkan, else EGL
    (
        "--enable-gpu",
        "--ignore-gpu-blocklist",
        "--use-angle=vulkan",
        "--enable-features=Vulkan",
        "--disable-vulkan-surface",
    ),
    ("--enable-gpu", "--ignore-gpu-blocklist", "--use-gl=angle", "--use-angle=gl-egl"),
)
"""Ways to a graphics card, tried in turn until WebGL is drawn by one."""
RENDERER = """
() => {
    const gl = document.createElement("canvas").getContext("webgl2");
    const info = gl && gl.getExtension("WEBGL_debug_renderer_info");
    return gl ? gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) : null;
}
"""
NO_CARD = "Leave out --gpu, or install its driver for Vulkan or EGL; chrome://gpu says what is missing."
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
        WorkError: None is installed, it does not start, or it finds no graphics card.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise WorkError("the package playwright is not installed", "pip install playwright") from None
    common = ["--disable-background-timer-throttling", "--disable-renderer-backgrounding"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        common.append("--no-sandbox")  # Chromium refuses to run as root with its sandbox
    with sync_playwright() as playwright:
        running = None
        try:
            for arguments in CARD if gpu else (SOFTWARE,):
                running = playwright.chromium.launch(
                    executable_path=find_browser(),
                    args=[*common, *arguments],
                    handle_sigint=False,
                    handle_sigterm=False,
                )
                if not gpu or _on_card(running):
                    break
                running.close()
                running = None
        except Error as error:
            first = next(iter(str(error).strip().splitlines()), "it did not start")
            raise WorkError(f"no browser could be started: {first}", REMEDY) from None
        if not running:
            raise WorkError("Chromium draws in software: it finds no graphics card", NO_CARD)
        try:
            yield running
        finally:
            running.close()


def _on_card(running: Browser) -> bool:
    page = running.new_page()
    name = page.evaluate(RENDERER)
    page.close()
    return bool(name) and not re.search("swiftshader|llvmpipe|software|basic render", name, re.IGNORECASE)
