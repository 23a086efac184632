"""How long variants take to arrive in the page, and how long the server alone takes to send them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import mujoco

from envgen.browser.unwatched import unwatched
from envgen.core.errors import WorkError
from envgen.packs.wire.spec import PROTOCOL
from envgen.server.messages import Credit, Hello, PromptSource, Start
from envgen.server.running import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CREDITS = 64
"""Frames under way, as the page has it."""
TO_RUNNING = """
async ([prompt, count, seed]) => {
    const drawn = () => new Promise(done =>
        requestAnimationFrame(() => requestAnimationFrame(done)));
    const began = performance.now();
    window.envgen.start({ prompt, count, seed: String(seed) });
    await window.envgen.running(1);
    await drawn();
    const first = performance.now() - began;
    await window.envgen.running(count);
    await drawn();
    return [first / 1000, (performance.now() - began) / 1000];
}
"""
START = """
async ([prompt, count, seed]) => {
    window.envgen.start({ prompt, count, seed: String(seed) });
    await window.envgen.running(count);
}
"""


def arrivals(
    chrome: Browser, root: Path, prompt: str, count: int, workers: int, repeats: int
) -> list[tuple[float, float, float]]:
    """Seconds to the first and to all environments stepping and drawn, server and page warm; and to all at a
    client that throws them away: what making and sending takes on the same processors.

    In a tab that Playwright doesn't watch: watching doubles the processor time of what arrives.

    Args:
        chrome: The browser.
        root: Folder that is served.
        prompt: Of the variants.
        count: Of them.
        workers: Of the pool.
        repeats: Rounds, each of other seeds.
    """
    times = []
    with serving(root) as server, unwatched(chrome, f"{server.url}?draw=1&workers={workers}") as tab:
        tab.call(START, [prompt, 8 * workers, 10_000])
        for seed in range(1, repeats + 1):
            first, whole = tab.call(TO_RUNNING, [prompt, count, seed])
            tab.call(START, [prompt, 1, 10_000])  # a page that steps hundreds would take part in the next
            times.append((float(first), float(whole), _alone(server.url, prompt, count, seed)))
    return times


def _alone(url: str, prompt: str, count: int, seed: int) -> float:
    from websockets.sync.client import connect

    start = Start(source=PromptSource(prompt=prompt), count=count, seed=str(seed), credits=CREDITS)
    address = url.partition("?")[0].replace("http", "ws", 1) + "api/stream"
    with connect(address, max_size=None) as socket:
        socket.send(Hello(protocol=PROTOCOL, mujoco=mujoco.__version__).model_dump_json())
        socket.recv()
        began, taken = time.perf_counter(), 0
        socket.send(start.model_dump_json())
        while True:
            message = socket.recv()
            if isinstance(message, bytes):
                taken += 1
                if taken % (CREDITS // 8) == 0:
                    socket.send(Credit(frames=CREDITS // 8).model_dump_json())
                continue
            told = json.loads(message)
            if told["kind"] == "done":
                return time.perf_counter() - began
            if told["kind"] == "error":
                raise WorkError(told["cause"], told["remedy"])
