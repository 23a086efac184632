"""Number of environments that this machine runs in real time in one tab."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from envgen.bench.base import Result, Row, significant
from envgen.browser.chrome import browser
from envgen.browser.session import session
from envgen.core.errors import WorkError
from envgen.server.messages import MAX_STREAM, PromptSource

FIRST = 125
REAL_TIME = 0.98
"""Real-time factor that counts as real time."""
SECONDS = 4.0
Progress = Callable[[float, str], None]


def bench_max(
    prompt: str, workers: int | None, *, draw: bool = False, progress: Progress = lambda *_: None
) -> Result:
    """Raise the number of environments until real time no longer holds or memory ends.

    The number doubles, then the gap between what held and what did not is halved three times.

    Args:
        prompt: What runs.
        workers: Of the pool; by default what the page chooses.
        draw: Whether the page draws meanwhile.
        progress: Called with a share and what is tried.
    """
    tried: dict[int, dict[str, Any]] = {}
    good, bad, count = 0, 0, FIRST
    why = ""
    while count and len(tried) < 16:
        progress(len(tried) / 10, f"{count:,} environments")
        try:
            tried[count] = found = _try(prompt, count, workers, draw)
            holds = found["realtime"] >= REAL_TIME
            reason = f"real time: {found['realtime']:.2f}× at {count:,}"
        except WorkError as error:
            holds, reason = False, f"{error.cause} at {count:,}"
        if holds:
            good = count
        else:
            bad, why = count, reason
        count = _next(good, bad)
    best = tried.get(good, {})
    rows = [
        Row("environments at real time", good, "", "", prompt),
        Row("what ended it", bad, "environments", "", why or f"the bound of {MAX_STREAM:,}"),
        Row("steps", significant(best.get("rate", 0.0)), "1/s", "", "at the limit"),
        Row("memory", significant(best.get("mib", 0.0)), "MiB", "", "heaps of all workers, at the limit"),
    ]
    extra = {"environments": good, "failed_at": bad or None, "why": why, "tried": tried}
    return Result(f"max: {prompt!r}", rows, extra)


def _next(good: int, bad: int) -> int:
    """The next number to try, 0 where the limit is known well enough."""
    if not bad:
        return min(2 * good, MAX_STREAM) if good < MAX_STREAM else 0
    middle = (good + bad) // 2
    return middle if bad - good > max(good // 8, 16) else 0


def _try(prompt: str, count: int, workers: int | None, draw: bool) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory() as folder,
        browser() as chrome,
        session(Path(folder), workers=workers, draw=draw, running=chrome) as page,
    ):
        page.start(PromptSource(prompt=prompt), count, 0)
        page.wait()
        page.set_policy("gait")
        page.sleep(1.0)
        before = page.stats()
        began = float(page.call("performance.now()"))
        page.sleep(SECONDS)
        after = page.stats()
        elapsed = (float(page.call("performance.now()")) - began) / 1000
        if after["environments"] < count:
            raise WorkError(f"{count - after['environments']:,} environments could not be added", "")
        return {
            "realtime": (after["simulated"] - before["simulated"]) / elapsed / count,
            "rate": (after["physicsSteps"] - before["physicsSteps"]) / elapsed,
            "mib": after["heap"] / 2**20,
            "workers": after["workers"],
        }
