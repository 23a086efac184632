"""Step rate of native batches beside MuJoCo's own rollout of the same models, in the same run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
from mujoco import rollout as native

from envgen.bench.base import Result, Row, significant
from envgen.packs.make import make
from envgen.packs.variant import PackVariant
from envgen.rollout.rollout import Rollout
from envgen.worlds.compiler import capture_warnings, control_range

Progress = Callable[[str], None]
Step = Callable[[], None]
_ROUGH = {
    "terrain": {"size": [16, 16], "sub_terrains": [{"kind": "rough"}]},
    "robots": [{"model": "ant"}],
    "task": {"kind": "walk"},
    "difficulty": [0, 1],
}
_SUMO = {"robots": [{"model": "ant", "count": 2}], "task": {"kind": "sumo"}}
_GYMNASIUM_ANT = {
    "terrain": {"size": [16, 16], "sub_terrains": [{"kind": "flat"}]},
    "robots": [{"model": "gymnasium:ant"}],
    "physics": {"integrator": "RK4", "fluid": "none"},  # as its file has it: without air
    "control": {"frame_skip": 5},
}


def bench_learn(count: int, many: int, seconds: float, threads: int, progress: Progress) -> Result:
    """Step batches with observations, rewards, endings and resets on, under random actions.

    Args:
        count: Variants of each pack but the large one.
        many: Variants of the large one.
        seconds: Least time of each measurement.
        threads: Of each side.
        progress: What is going on.
    """
    cases: list[tuple[str, Mapping[str, Any], int, float]] = [
        (f"{count} rough ants", {}, count, 0.9),
        (f"{many} rough ants", {}, many, 0.9),
        (f"{count} ants among 20 boxes", {"obstacles": [{"kind": "box", "count": 20}]}, count, 0.8),
        (f"{count} pairs of ants in sumo", _SUMO, count, 0.7),
    ]
    result = Result(f"Native batches, {threads} threads")
    with tempfile.TemporaryDirectory() as folder:
        for number, (title, more, variants, least) in enumerate(cases):
            progress(f"making {title}")
            pack = make({"name": "learn", **_ROUGH, **more}, variants, out=Path(folder) / str(number))
            progress(title)
            ours, plain = _compare(_episodes(list(pack), threads), _plain(list(pack), threads), seconds)
            result.rows += [
                Row(f"{title}: mujoco.rollout", significant(variants / plain), "control steps/s"),
                Row(f"{title}: Rollout", significant(variants / ours), "control steps/s"),
                Row(f"{title}: ratio", significant(plain / ours), "", f">= {least}"),
            ]
        progress("Gymnasium's ant")
        if find_spec("gymnasium") is not None:  # its file is in there
            flat = make({"name": "flat", **_ROUGH, **_GYMNASIUM_ANT}, 1, out=Path(folder) / "flat")
            for slots, target in ((count, ""), (4 * count, ">= 1")):  # 256 are what a training has
                result.rows += _envpool(list(flat), slots, seconds, threads, target)
    return result


def _episodes(variants: list[PackVariant], threads: int, slots: int | None = None) -> Step:
    """A control step of each slot; who is done begins the next episode."""
    rollout = Rollout(variants, threads=threads, slots=None if slots is None else [0] * slots)
    rng = np.random.default_rng(0)
    rollout.reset()

    def step() -> None:
        actions = {a: rng.uniform(-1, 1, (len(rollout), rollout.action_size(a))) for a in rollout.agents}
        rollout.step(actions)
        done = np.flatnonzero(rollout.done)
        if len(done):
            rollout.reset((rollout.episode[done] + 1).tolist(), done.tolist())

    return step


def _plain(variants: list[PackVariant], threads: int) -> Step:
    """The same physics steps of `mujoco.rollout`, called once a control step, and next to nothing else.

    Robots that have fallen or left the arena begin anew, so that both sides step states of the same kind.
    """
    models = [variant.model() for variant in variants]
    data = [mujoco.MjData(models[0]) for _ in range(threads)]
    spec = int(mujoco.mjtState.mjSTATE_FULLPHYSICS)
    first = np.zeros((len(models), mujoco.mj_stateSize(models[0], spec)))
    for model, state in zip(models, first):
        mujoco.mj_resetDataKeyframe(model, data[0], 0)
        mujoco.mj_getState(model, data[0], state, spec)
    roots = 1 + models[0].jnt_qposadr[models[0].jnt_type == int(mujoco.mjtJoint.mjJNT_FREE)]  # after the time
    low, high = control_range(models[0])
    skip = int(variants[0].setting("control.frame_skip"))
    limit = float(variants[0].setting("control.episode"))
    pool, rng, now = native.Rollout(nthread=threads), np.random.default_rng(0), [first.copy()]

    def step() -> None:
        control = rng.uniform(low, high, (len(models), 1, len(low)))
        with capture_warnings():
            states, _ = pool.rollout(models, data, now[0], np.repeat(control, skip, axis=1), nstep=skip)
        now[0] = states[:, -1].copy()
        over = now[0][:, 0] >= limit
        for root in roots:
            pose = now[0][:, root : root + 7]
            up = 1 - 2 * (pose[:, 4] ** 2 + pose[:, 5] ** 2)
            over |= (up < 0.2) | (np.abs(pose[:, :2]).max(axis=1) > 8)
        now[0][over] = first[over]

    return step


def _compare(ours: Step, plain: Step, seconds: float) -> tuple[float, float]:
    """Seconds of a step of each, the best of rounds by turns: other work on the machine hits both alike."""
    steps = (ours, plain)
    for step in steps:
        step()
    began = time.perf_counter()
    plain()
    each = max(1, int(0.05 * seconds / max(time.perf_counter() - began, 1e-6)))
    best = [float("inf"), float("inf")]
    end = time.perf_counter() + 2 * seconds
    while time.perf_counter() < end:
        for i, step in enumerate(steps):
            began = time.perf_counter()
            for _ in range(each):
                step()
            best[i] = min(best[i], (time.perf_counter() - began) / each)
    return best[0], best[1]


def _envpool(flat: list[PackVariant], count: int, seconds: float, threads: int, target: str) -> list[Row]:
    """Gymnasium's Ant on flat ground, RK4, five physics steps a control step, beside EnvPool's."""
    title = f"{count} of Gymnasium's ants on flat ground, RK4"
    ours = _episodes(flat, threads, count)
    try:
        import envpool
    except ImportError:
        best, _ = _compare(ours, ours, seconds)
        note = "EnvPool 1.2.5 is not installed: pip install envpool==1.2.5"
        return [Row(f"{title}: Rollout", significant(count / best), "control steps/s", note=note)]
    env = envpool.make("Ant-v5", env_type="gymnasium", num_envs=count, num_threads=threads)
    env.reset()
    rng = np.random.default_rng(0)
    best, theirs = _compare(ours, lambda: env.step(rng.uniform(-1, 1, (count, 8))), seconds)
    return [
        Row(f"{title}: EnvPool", significant(count / theirs), "control steps/s"),
        Row(f"{title}: Rollout", significant(count / best), "control steps/s"),
        Row(f"{title}: ratio", significant(theirs / best), "", target),
    ]
