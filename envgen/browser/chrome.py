"""Finding and starting a headless browser of the Chromium family."""

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
SHELL = "chromium-headless-shell"
"""Debian's package of Chromium without windows: a page takes half of the processor time to open."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
SOFTWARE_FLAGS = ("--disable-gpu", "--enable-unsafe-swiftshader")
"""Software WebGL is requested explicitly, or headless Chromium may have none. The page is composited without
the software GPU, which took 4 s of processor time for 10 s of changing numbers."""
GPU_FLAGS = (
    ("--enable-gpu",),
    # a card without a display, as in servers: Vulkan, else EGL
    (
        "--enable-gpu",
        "--ignore-gpu-blocklist",
        "--use-angle=vulkan",
        "--enable-features=Vulkan",
        "--disable-vulkan-surface",
    ),
    ("--enable-gpu", "--ignore-gpu-blocklist", "--use-gl=angle", "--use-angle=gl-egl"),
)
"""Flags for a graphics card, tried in turn until WebGL is drawn by one."""
RENDERER = """
() => {
    const gl = document.createElement("canvas").getContext("webgl2");
    const info = gl && gl.getExtension("WEBGL_debug_renderer_info");
    return gl ? gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) : null;
}
"""
NO_GPU = "Leave out --gpu, or install its driver for Vulkan or EGL; chrome://gpu says what is missing."
REMEDY = "Install one: `apt-get install chromium` on Debian, `playwright install chromium` elsewhere."


def find_browser(*, gpu: bool = False) -> str | None:
    """Return the path of a browser of the system, or None to use Playwright's own.

    Args:
        gpu: It is to draw on the graphics card, for which whole browsers come first.

    Raises:
        WorkError: The variable `ENVGEN_BROWSER` does not name a program.
    """
    named = os.environ.get(VARIABLE)
    if named:
        path = shutil.which(named)
        if not path:
            raise WorkError(f"{VARIABLE} must name a program, got {named!r}", REMEDY)
        return path
    names = (*NAMES, SHELL) if gpu else (SHELL, *NAMES)
    return next((path for name in names if (path := shutil.which(name))), None)


@contextmanager
def browser(*, gpu: bool = False) -> Iterator[Browser]:
    """Run a headless browser until the block ends.

    Args:
        gpu: Draw on the graphics card instead of in software.

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
            for arguments in GPU_FLAGS if gpu else (SOFTWARE_FLAGS,):
                running = playwright.chromium.launch(
                    executable_path=find_browser(gpu=gpu),
                    args=[*common, *arguments],
                    handle_sigint=False,
                    handle_sigterm=False,
                )
                if not gpu or _draws_on_gpu(running):
                    break
                running.close()
                running = None
        except Error as error:
            first = next(iter(str(error).strip().splitlines()), "it did not start")
            raise WorkError(f"no browser could be started: {first}", REMEDY) from None
        if not running:
            raise WorkError("Chromium draws in software: it finds no graphics card", NO_GPU)
        try:
            yield running
        finally:
            running.close()


def _draws_on_gpu(running: Browser) -> bool:
    page = running.new_page()
    name = page.evaluate(RENDERER)
    page.close()
    return bool(name) and not re.search("swiftshader|llvmpipe|software|basic render", name, re.IGNORECASE)
