"""Running many environments in a headless browser, with figures."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from envgen.browser.policy_assignment import PolicyAssignment
from envgen.browser.session import Session, session
from envgen.core.errors import InputError, WorkError
from envgen.server.settings import Source

WARM_UP = 0.5
"""Seconds of running before the figures begin: the browser compiles hot code meanwhile."""


@dataclass(frozen=True)
class Options:
    """Options of a run.

    Attributes:
        count: Environments; by default what the source says.
        seed: Seed of the variants.
        assignments: Policies of agents, applied in order.
        seconds: Time to measure, in s of the clock.
        speed: Times real time, or None: as fast as possible.
        workers: Web Workers of the pool; by default what the page chooses.
        draw: Whether the page draws meanwhile.
        record: Parquet file to write.
        record_steps: Control steps to record.
        screenshot: PNG file to write at the end.
    """

    count: int | None = None
    seed: int = 0
    assignments: Sequence[PolicyAssignment] = ()
    seconds: float = 10.0
    speed: float | None = None
    workers: int | None = None
    draw: bool = False
    record: Path | None = None
    record_steps: int = 200
    screenshot: Path | None = None


@dataclass
class RunOutcome:
    """Result of a run.

    Attributes:
        figures: By name, as `envgen run --json` prints them.
        policies: A line per policy: name, agents, episodes, successes, mean reward of an episode.
        refused: A line per policy, robot and reason: agents that refused it and kept what they had.
        failed: A line per policy that failed or hung as it ran: its name and why; its agents rest.
        given_up: A line per variant that could not be made: index, check, cause, remedy.
        interrupted: Whether Ctrl-C ended it early.
    """

    figures: dict[str, Any] = field(default_factory=dict)
    policies: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    given_up: list[dict[str, Any]] = field(default_factory=list)
    interrupted: bool = False

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            **self.figures,
            "policies": self.policies,
            "policies_refused": self.refused,
            "policies_failed": self.failed,
            "given_up": self.given_up,
            "interrupted": self.interrupted,
        }


Progress = Callable[[str, float, str], None]
"""Called with the phase (`making`, `running` or `recording`), the share done (0 to 1) and a text."""


def run(root: Path, source: Source, options: Options, progress: Progress = lambda *_: None) -> RunOutcome:
    """Run a source in a headless browser.

    Args:
        root: Folder below which packs may be named.
        source: A prompt, an EnvCfg or a pack.
        options: Options of the run.
        progress: Called with the progress.

    Returns:
        What was measured; after Ctrl-C, what was measured until then.

    Raises:
        InputError: A policy is unknown or fits no agent.
        WorkError: No browser or page, or the source can't be run.
    """
    draw = options.draw or options.screenshot is not None
    with interruptible() as stopped, session(root, workers=options.workers, draw=draw) as page:
        outcome = RunOutcome()
        began = time.perf_counter()
        page.mode("paused")
        page.start(source, options.count, options.seed)
        stats = page.wait(look=lambda stats: _report_making(stats, progress) or stopped())
        if stopped():
            outcome.interrupted = True
            return outcome
        outcome.given_up = list(stats["job"]["lost"])
        if not stats["environments"]:
            raise WorkError("no environment runs", "See `envgen make` with the same source for the reasons.")
        made = time.perf_counter() - began
        for assignment in options.assignments:
            outcome.refused += assignment.apply(page)
        broken = {row["name"] for row in page.policies() if row["problem"]}
        page.mode("flat") if options.speed is None else page.mode("realtime", options.speed)
        page.sleep(WARM_UP)
        figures = _measure(page, options.seconds, progress, stopped)
        job = page.job()
        outcome.figures = {
            **figures,
            "made_s": round(made, 3),
            "first_s": _round(job["firstAfter"]),
            "all_s": _round(job["allAfter"]),
            "mib_per_env": round(figures.pop("heap") / 2**20 / max(figures["environments"], 1), 4),
        }
        outcome.policies = scores(page.agents())
        outcome.failed = [
            {"policy": row["name"], "why": row["problem"]}
            for row in page.policies()
            if row["problem"] and row["name"] not in broken
        ]
        if options.record and not stopped():
            _record(page, options.record, options.record_steps, progress, stopped)
        if options.screenshot:
            page.page.screenshot(path=options.screenshot)
        outcome.interrupted = stopped()
        return outcome


def _record(page: Session, path: Path, steps: int, progress: Progress, stopped: Callable[[], bool]) -> None:
    """Write a recording; after Ctrl-C, of what was there until then."""

    def look(share: float) -> bool:
        progress("recording", share, f"{share * steps:,.0f}/{steps:,} control steps")
        return stopped()

    try:
        content = page.record(steps, look=look)
    except WorkError:
        if stopped():  # before there was anything
            return
        raise
    path.write_bytes(content)


def _report_making(stats: dict[str, Any], progress: Progress) -> bool:
    job = stats["job"]
    total = max(job["count"], 1)
    running = stats["environments"] - stats["loading"]
    progress("making", running / total, f"{running:,}/{job['count']:,} running · {job['refused']:,} refused")
    return False


def _measure(
    page: Session, seconds: float, progress: Progress, stopped: Callable[[], bool]
) -> dict[str, Any]:
    first, began = page.stats(), time.perf_counter()
    last, elapsed = first, 0.0
    while elapsed < seconds and not stopped():
        page.sleep(min(0.25, max(seconds - elapsed, 0.01)))
        last, elapsed = page.stats(), time.perf_counter() - began
        steps = last["physicsSteps"] - first["physicsSteps"]
        progress("running", elapsed / seconds, f"{steps / max(elapsed, 1e-9):,.0f} steps/s")
    elapsed = max(elapsed, 1e-9)

    def more(key: str) -> float:
        return float(last[key] - first[key])

    return {
        "environments": last["environments"],
        "agents": last["agents"],
        "workers": last["workers"],
        "physics_steps": int(more("physicsSteps")),
        "seconds": round(elapsed, 3),
        "physics_steps_per_s": round(more("physicsSteps") / elapsed, 1),
        "control_steps_per_s": round(more("controlSteps") / elapsed, 1),
        "realtime_factor": round(more("simulated") / elapsed / max(last["environments"], 1), 3),
        "episodes": int(more("episodes")),
        "resets": int(more("resets")),
        "flagged": int(more("flagged")),
        "shared_memory": bool(last["shared"]),
        "heap": last["heap"],
    }


def scores(agents: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """A line per policy from the counters of all agents."""
    lines: dict[str, dict[str, Any]] = {}
    for agent in agents:
        counters = agent["counters"]
        line = lines.setdefault(
            agent["policy"] or "none", {"agents": 0, "episodes": 0, "successes": 0, "reward": 0.0}
        )
        line["agents"] += 1
        line["episodes"] += int(counters["episodes"])
        line["successes"] += int(counters["successes"])
        line["reward"] += float(counters["total_reward"])
    return [
        {
            "policy": name,
            "agents": line["agents"],
            "episodes": line["episodes"],
            "successes": line["successes"],
            "mean_reward": round(line["reward"] / line["episodes"], 3) if line["episodes"] else None,
        }
        for name, line in sorted(lines.items())
    ]


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Ctrl-C is noted and not raised: what was measured is progress, and the browser is closed in order.

    Raises:
        KeyboardInterrupt: At a second Ctrl-C.
    """
    stopped = False

    def stop(number: int, frame: Any) -> None:
        nonlocal stopped
        if stopped:
            raise KeyboardInterrupt
        stopped = True

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop) for number in numbers]
    try:
        yield lambda: stopped
    finally:
        for number, handler in zip(numbers, before):
            signal.signal(number, handler)


def check(options: Options) -> None:
    """Refuse options that make no run, before anything is started.

    Raises:
        InputError: One is out of range or a folder is missing.
    """
    for path, suffix in ((options.record, ".parquet"), (options.screenshot, ".png")):
        if path and path.suffix.lower() != suffix:
            raise InputError(f"{path} is to be a {suffix} file", f"Call it {path.with_suffix(suffix).name}.")
        if path and not path.parent.is_dir():
            raise InputError(f"the folder {path.parent} is not there", "Make it, or give another path.")
    if options.record_steps < 1:
        raise InputError(
            f"--record-steps must be 1 or more, got {options.record_steps}", "Give a positive number."
        )
