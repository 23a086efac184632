"""Short ways to worlds, for tests."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
from hypothesis import strategies as st

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.cfgio import parse
from envgen.core.families import TERRAINS
from envgen.core.params import FileParam, specs
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import compile_text
from envgen.worlds.variant import Variant, build
from support import ROOT

IMAGE = str(ROOT / "tests" / "data" / "island.png")
"""A 16-bit PNG of 65 x 49 heights: two hills, the higher one in the upper left."""
BODY = (
    '<geom size=".1"/><body name="leg" pos=".2 0 0">'
    '<joint name="knee" axis="0 1 0"/><geom size=".05"/></body>'
)
MOTOR = '<actuator><motor name="knee" joint="knee" ctrlrange="-1 1"/></actuator>'


def robot_mjcf(body: str = f"<freejoint/>{BODY}", after: str = MOTOR, head: str = "") -> str:
    """A robot of a leg and a motor."""
    return f'<mujoco>{head}<worldbody><body name="base" pos="0 0 1">{body}</body></worldbody>{after}</mujoco>'


def needed(kind: str) -> dict[str, Any]:
    """Parameters that a kind of terrain can't do without: files."""
    known = specs(TERRAINS.get(kind))
    return {key: IMAGE for key, spec in known.items() if isinstance(spec, FileParam)}


def make_cfg(
    terrain: str | dict[str, Any] = "flat", model: str = "ant", *, size: float = 10.0, **changes: Any
) -> EnvCfg:
    """An EnvCfg of one terrain (with the parameters `sub`) and one robot; `changes` replace whole keys."""
    sub = changes.pop("sub", {})
    data: dict[str, Any] = {
        "name": "test",
        "terrain": terrain
        if isinstance(terrain, dict)
        else {"size": [size, size], "sub_terrains": [{"kind": terrain, **needed(terrain), **sub}]},
        "robots": [{"model": model}],
    }
    return parse({**data, **changes})


def build_world(cfg: EnvCfg, seed: int = 0, index: int = 0) -> tuple[Variant, World]:
    """One variant, and the world compiled from the text that is written."""
    variant = build(cfg, seed, index)
    return variant, variant.compile()


def start(model: Any) -> Any:
    """MuJoCo's state at keyframe 0."""
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_forward(model, data)
    return data


def compile_mjcf(text: str, files: dict[str, bytes] | None = None) -> Any:
    return compile_text(text, files)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder with its content, hidden ones included."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def finite(value: Any) -> bool:
    return bool(np.isfinite(value).all())


# --- hypothesis ---------------------------------------------------------------------------------

SIGNIFICANT = 1e9


def numbers(low: float = -SIGNIFICANT, high: float = SIGNIFICANT) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def dists(draw: st.DrawFn, low: float = -1000.0, high: float = 1000.0, *, integer: bool = False) -> Any:
    """Plain JSON of any distribution whose values lie within [low, high]."""
    one = st.integers(int(np.ceil(low)), int(np.floor(high))) if integer else numbers(low, high)
    pair = st.tuples(one, one).map(sorted)
    form = draw(st.sampled_from(["number", "range", "choice", "weighted", "normal", "clipped", "log"]))
    if form == "number":
        return draw(one)
    if form == "range":
        return draw(pair)
    if form == "choice":
        return {"choice": draw(st.lists(one, min_size=1, max_size=4))}
    if form == "weighted":
        options = draw(st.lists(one, min_size=1, max_size=4))
        weights = draw(st.lists(numbers(0, 5), min_size=len(options), max_size=len(options)))
        return {"choice": options, "weights": [w + 0.1 * (i == 0) for i, w in enumerate(weights)]}
    if form == "normal":
        return {"normal": [draw(one), draw(numbers(0, 10))], "clip": draw(pair)}
    if form == "clipped":
        return {"normal": [draw(one), draw(numbers(0, 10))], "clip": [draw(one)] * 2}
    bottom = max(low, 1e-3)
    ends = st.integers(int(np.ceil(bottom)), int(high)) if integer else numbers(bottom, high)
    return {"loguniform": draw(st.tuples(ends, ends).map(sorted))}


CFG = make_cfg("rough", obstacles=[{"kind": "box", "count": 3}], task={"kind": "goal"}, difficulty=[0, 0.6])
SLOW = 60
"""Variants of a pack that is interrupted: some two tenths of a second on two processes."""


def script(out: Path, count: int = SLOW, *, jobs: int = 2, resume: bool = False, more: str = "") -> list[str]:
    code = (
        "import sys\nfrom envgen.packs.make import make\nfrom envgen.core.cfgio import parse\n"
        f"{more}\ncfg = parse({cfgio.dump(CFG)!r})\n"
        f"def told(t): print(t.done, flush=True)\n"
        f"make(cfg, {count}, seed=5, out={str(out)!r}, jobs={jobs}, resume={resume}, progress=told)\n"
    )
    return [sys.executable, "-c", code]
