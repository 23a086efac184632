"""Short ways to worlds, for tests."""

from __future__ import annotations

from typing import Any

import mujoco

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
