"""Worlds for parity tests, and what Python makes of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

import envgen
from envgen.packs.variant import PackVariant
from envgen.packs.wire.encode import Encoder
from envgen.policies.base import PolicyInput
from envgen.policies.random import draw_actions
from envgen.rollout.rollout import Rollout, StepResult

Ask = Callable[[Sequence[Mapping[str, Any]]], list[dict[str, Any]]]
"""Answers of the browser's side to questions."""
Floats = NDArray[np.float64]
RANDOMIZE: dict[str, Any] = {
    "friction_scale": [0.5, 1.5],
    "mass_scale": {"normal": [1.0, 0.1], "clip": [0.7, 1.3]},
    "gear_scale": {"choice": [0.8, 1.0, 1.2], "weights": [1, 2, 1]},
    "push": {"loguniform": [0.1, 0.5]},
    "push_interval": [0.15, 0.5],
    "start_noise": [0.02, 0.1],
    "motor_scale": {"normal": [1.0, 0.2]},
    "latency": [0, 4],
    "observation_noise": [0.01, 0.05],
}


@dataclass(frozen=True, eq=False)
class Case:
    """A variant, its frame on disk and its rollout."""

    variant: PackVariant
    frame: Path
    rollout: Rollout

    @property
    def model(self) -> Any:
        """Of its world, as it was compiled."""
        return self.rollout.worlds[0].model

    @property
    def data(self) -> Any:
        """Its state."""
        return self.rollout.data[0]

    def question(self, **parts: Any) -> dict[str, Any]:
        """A question about it, of which the other parts are empty."""
        empty = {
            "free": [],
            "reseeded": [],
            "judged": [],
            "drawn": [],
            "gait": [],
            "played": None,
            "network": None,
        }
        return {"frame": str(self.frame), "task": dict(self.variant.task), **empty, **parts}

    def state(self) -> dict[str, Any]:
        """The state as a question has it."""
        data = self.data
        arrays = ("qpos", "qvel", "act", "ctrl", "qacc_warmstart")
        numbers = {name: np.array(getattr(data, name)).tolist() for name in arrays}
        return {"time": float(data.time), **numbers, "over": self.rollout.over[0].tolist()}

    def actions(self, seed: int, episode: int, step: int) -> dict[str, Floats]:
        """What the random policy does."""
        return {
            agent: draw_actions(
                seed,
                PolicyInput(
                    np.zeros((1, 0)),
                    np.zeros(1),
                    *(np.array([n]) for n in (step, episode, self.variant.index, number)),
                ),
                self.rollout.action_size(agent),
            )
            for number, agent in enumerate(self.rollout.agents)
        }

    def walk(self, seed: int, episode: int, steps: int) -> Iterator[tuple[dict[str, Any], StepResult]]:
        """An episode under the random policy: the state before, and the result of, each control step."""
        self.rollout.reset(episode)
        for step in range(steps):
            if self.rollout.done.all():
                break
            actions = self.actions(seed, episode, step)
            before = self.state()
            yield before, self.rollout.step(actions)


def make_case(cfg: dict[str, Any], folder: Path, task: Mapping[str, Any] | None = None) -> Case:
    """The first variant of an EnvCfg, its task's data changed as a third party's task would have it."""
    pack = envgen.make({"name": "parity", **cfg}, count=1, seed=7, out=folder / "pack")
    if task:
        manifest = json.loads((folder / "pack" / "pack.json").read_text())
        manifest["task"] |= task
        (folder / "pack" / "pack.json").write_text(json.dumps(manifest))
        pack = envgen.Pack.open(folder / "pack")
    variant = pack[0]
    frame = folder / "0.frame"
    frame.write_bytes(Encoder(variant.task, 7).encode_stored(variant).frame)
    return Case(variant, frame, Rollout(variant))


def ground(kind: str = "rough", size: float = 8.0, **more: Any) -> dict[str, Any]:
    """An EnvCfg's terrain."""
    return {"size": [size, size], "cell": 0.2, "sub_terrains": [{"kind": kind, **more}]}


def free_run(case: Case, controls: Floats) -> Floats:
    """qpos after physics steps under controls (steps, nu), from the start."""
    model, data = case.model, mujoco.MjData(case.model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_forward(model, data)
    for ctrl in controls:
        data.ctrl[:] = ctrl
        mujoco.mj_step(model, data)
    return np.array(data.qpos)
