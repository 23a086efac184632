"""Time until variants arrive in the page, and time that the server alone takes to send them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import mujoco

from envgen.browser.cdp_tab import open_cdp_tab
from envgen.packs.wire.spec import PROTOCOL
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
ALONE = """
([source, count, seed, credits, protocol, mujoco]) => new Promise((resolve, reject) => {
    const socket = new WebSocket(new URL("/api/stream", location.href));
    const say = message => socket.send(JSON.stringify(message));
    let began = 0, taken = 0;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => say({ kind: "hello", protocol, mujoco });
    socket.onclose = () => reject(new Error("the connection was lost"));
    socket.onmessage = ({ data }) => {
        if (typeof data !== "string") {
            taken += 1;
            if (taken % (credits / 8) === 0) say({ kind: "credit", frames: credits / 8 });
            return;
        }
        const message = JSON.parse(data);
        if (message.kind === "welcome") {
            began = performance.now();
            say({ kind: "start", source, count, seed: String(seed), credits });
        } else if (message.kind === "error") reject(new Error(message.cause));
        else if (message.kind === "done") {
            resolve((performance.now() - began) / 1000);
            socket.onclose = null;
            socket.close();
        }
    };
})
"""
REST = """
rests => {
    window.envgen.drawing(!rests);
    window.envgen.mode({ kind: rests ? "paused" : "realtime", speed: 1 });
}
"""
START = """
async ([prompt, count, seed]) => {
    window.envgen.start({ prompt, count, seed: String(seed) });
    await window.envgen.running(count);
}
"""


def startup_times(
    chrome: Browser, root: Path, prompt: str, count: int, workers: int, repeats: int
) -> list[tuple[float, float, float]]:
    """Seconds to the first and to all environments stepping and drawn, server and page warm; and to all where
    a page throws them away: what making and sending takes on the same processors.

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
    with serving(root) as server, open_cdp_tab(chrome, f"{server.url}?draw=1&workers={workers}") as tab:
        tab.call(START, [prompt, 8 * workers, 10_000])
        for seed in range(1, repeats + 1):
            first, whole = tab.call(TO_RUNNING, [prompt, count, seed])
            tab.call(REST, True)
            source = {"kind": "prompt", "prompt": prompt}
            alone = tab.call(ALONE, [source, count, seed, CREDITS, PROTOCOL, mujoco.__version__])
            tab.call(REST, False)
            times.append((float(first), float(whole), float(alone)))
    return times
