"""The page's pool against a bare loop in the same page and against native MuJoCo, and what the page takes."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envgen.bench.base import Result, Row, significant
from envgen.bench.native import native_steps_per_s
from envgen.bench.startup import startup_times
from envgen.browser.chrome import browser
from envgen.browser.session import Session, session
from envgen.packs.make import make
from envgen.server.messages import PromptSource

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROMPT = "rough terrain for ants"
WALL = 1000
"""Environments whose drawing is measured."""
FEW = 200
"""Environments at which drawing in software has to be fluent."""
SETTLE = 3.0
"""Seconds of drawing before frames are measured: the page chooses its quality meanwhile."""
DRAWN = 5.0
"""Seconds of drawing that are measured."""
FRAMES = """
async seconds => {
    const began = performance.now();
    await new Promise(done => setTimeout(done, 1000 * seconds));
    return window.envgen.frames(began);
}
"""
POOL_RATE = """
async seconds => {
    const read = () => [performance.now(), window.envgen.stats().physicsSteps];
    const [began, before] = read();
    await new Promise(done => setTimeout(done, 1000 * seconds));
    const [ended, after] = read();
    return 1000 * (after - before) / (ended - began);
}
"""
SWITCH = """
async () => {
    let longest = 0, last = performance.now(), on = true;
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
        const now = performance.now();
        longest = Math.max(longest, now - last);
        last = now;
        if (on) channel.port2.postMessage(null);
    };
    channel.port2.postMessage(null);
    await window.envgen.setPolicy("random");
    await new Promise(done => setTimeout(done, 300));
    on = false;
    return longest;
}
"""
Progress = Callable[[float, str], None]


def bench_browser(
    count: int,
    seconds: float,
    repeats: int,
    workers: int,
    *,
    gpu: bool = False,
    progress: Progress = lambda *_: None,
) -> Result:
    """Measure the page in headless Chromium.

    Args:
        count: Distinct ant variants.
        seconds: Of each measurement.
        repeats: Rounds; medians are shown.
        workers: Of the pool, and threads of native MuJoCo.
        gpu: Whether the page draws on a graphics card.
        progress: Called with the share done and what comes next.
    """
    with tempfile.TemporaryDirectory() as folder, browser(gpu=gpu) as chrome:
        root = Path(folder)
        progress(0.0, "making the same variants for native MuJoCo")
        models = [variant.model() for variant in make(PROMPT, count, 0, out=root / "pack")]
        progress(0.1, "pool, bare loop and native MuJoCo in turn")
        rates, heap, facts = _rates(chrome, root, models, count, seconds, repeats, workers)
        progress(0.6, "prompt to running")
        times = startup_times(chrome, root, PROMPT, count, workers, repeats)
        progress(0.75, f"drawing {WALL} environments")
        wall = _drawing(chrome, root, WALL, workers)
        progress(0.9, f"drawing {FEW} environments")
        few = _drawing(chrome, root, FEW, workers)
    pool, bare, native = (statistics.median(rates[name]) for name in ("pool", "bare", "native"))
    first, whole, alone = (statistics.median(column) for column in zip(*times))
    mib = heap / 2**20 / count
    how = "graphics card" if not wall["software"] else "software"
    rows = [
        Row("pool", significant(pool), "steps/s", "", f"{count} ants, random policy, task and poses"),
        Row("bare mj_step loop", significant(bare), "steps/s", "", "same models, same page"),
        Row("native mujoco.rollout", significant(native), "steps/s", "", f"same models, {workers} threads"),
        Row("pool to bare", significant(pool / bare), "", "≥ 0.90", "median of rounds in turn"),
        Row("pool to native", significant(pool / native), "", "≥ 0.60"),
        Row("first environment", significant(first), "s", "≤ 1", "prompt entered to stepping and visible"),
        Row("all environments", significant(whole), "s", "≤ 4 for 500", "stepping, at real time meanwhile"),
        Row("server alone", significant(alone), "s", "", "the same made and sent, nobody runs them"),
        Row("memory", significant(mib), "MiB each", "≤ 0.5", "heaps of all workers"),
        Row("script of a frame", significant(wall["scriptMs"]), "ms", "≤ 4", f"{WALL} environments"),
        Row("draw calls", wall["drawCalls"], "", "≤ 16", f"{WALL} environments"),
        Row("frames", significant(wall["fps"]), "1/s", "60 with a GPU", f"{WALL} environments, {how}"),
        Row("frames", significant(few["fps"]), "1/s", "≥ 5 in software", f"{FEW} environments, {how}"),
        Row("policy switch", significant(wall["pause"]), "ms", "≤ 50", f"longest pause, {WALL} environments"),
    ]
    extra: dict[str, Any] = {
        "pool_steps_per_s": significant(pool),
        "bare_steps_per_s": significant(bare),
        "native_steps_per_s": significant(native),
        "first_s": significant(first),
        "all_s": significant(whole),
        "server_s": significant(alone),
        "mib_per_env": significant(mib),
        "script_ms_per_frame": significant(wall["scriptMs"]),
        "draw_calls": wall["drawCalls"],
        "frames_per_s": significant(wall["fps"]),
        "frames_per_s_200": significant(few["fps"]),
        "switch_pause_ms": significant(wall["pause"]),
        "workers": workers,
        "environments": count,
        "shared_memory": facts["shared"],
        "rounds": {name: [significant(value) for value in values] for name, values in rates.items()},
    }
    return Result(f"browser: {PROMPT!r}, {count} variants, {workers} workers", rows, extra)


def _rates(
    chrome: Browser, root: Path, models: list[Any], count: int, seconds: float, repeats: int, workers: int
) -> tuple[dict[str, list[float]], float, dict[str, Any]]:
    """Steps per second of the three, in turn, with drawing off; and bytes of the workers' heaps."""
    rates: dict[str, list[float]] = {"pool": [], "bare": [], "native": []}
    with session(root, workers=workers, running=chrome) as page:
        page.mode("paused")
        page.start(PromptSource(prompt=PROMPT), count, 0)
        page.wait()
        page.set_policy("random")
        page.mode("flat")
        page.sleep(2 * seconds)  # V8 compiles what is hot; limbs come to lie as they do under random control
        for _ in range(repeats):
            rates["pool"].append(_pool_rate(page, seconds))
            page.mode("paused")
            page.sleep(0.2)
            bare = page.call("seconds => window.envgen.bare(seconds)", seconds)
            rates["bare"].append(float(bare["physicsStepsPerSecond"]))
            rates["native"].append(native_steps_per_s(models, workers, seconds))
            page.mode("flat")
            page.sleep(0.3)
        facts = page.stats()
    return rates, float(facts["heap"]), facts


def _pool_rate(page: Session, seconds: float) -> float:
    """Steps per second by the clock of the page."""
    return float(
        page.call(
            POOL_RATE,
            seconds,
        )
    )


def _drawing(chrome: Browser, root: Path, count: int, workers: int) -> dict[str, Any]:
    """Frames of a wall at real time, and the longest pause of the main thread while all policies change."""
    with session(root, workers=workers, draw=True, running=chrome) as page:
        page.start(PromptSource(prompt=PROMPT), count, 0)
        page.wait()
        page.set_policy("gait")
        page.sleep(SETTLE)
        frames: dict[str, Any] = page.call(FRAMES, DRAWN)
        # without drawing, whose frames take long in software: what is asked for is a pause by the switch
        page.call("window.envgen.drawing(false)")
        page.sleep(0.5)
        frames["pause"] = page.call(SWITCH)
    return frames
