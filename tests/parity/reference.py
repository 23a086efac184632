#!/usr/bin/env python3
"""What the native runtime does, written for the browser's to be compared with.

    python tests/parity/reference.py --out DIR                   every case of CASES
    python tests/parity/reference.py --out DIR --case ant --steps 300

For each case there is a folder with `reference.json`, the frames of its worlds and meshes, and its networks.
`reference.json` holds, with every number exact:

- `task`: as in the message `started`; `policies`: name by agent; `policy_seed`; `episode`; `frame_skip`;
- `onnx`: by agent, observations (N, k) and the actions (N, nu) that the network gives for them;
- `worlds`, each with `frame` and `meshes` (files), `physics` (drawn for the episode), `start` (the first
  observation by agent) and `steps`. A step has
    - `before`, `after`: `time`, `qpos`, `qvel`, `act`, `warmstart` (qacc_warmstart) at both ends of it;
    - `actions`: by agent, in [-1, 1]; `ctrl`: all controls that they become;
    - `results`: by agent `observation`, `reward`, `rewards`, `terminated`, `success`, `truncated`, `ending`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from envgen.core.families import ROBOTS
from envgen.packs.make import make
from envgen.packs.wire.encode import Encoder
from envgen.packs.wire.spec import TaskSpec
from envgen.policies import onnx_file
from envgen.rollout.policies import PolicySet, seat
from envgen.rollout.rollout import Rollout

STATE = ("qpos", "qvel", "act", "qacc_warmstart")


@dataclass(frozen=True)
class Case:
    """Something to compare.

    Attributes:
        robots: As in an EnvCfg.
        task: As in an EnvCfg.
        policies: By agent or pattern; `network` is a random network that is written for each robot.
        terrain: Kind of sub-terrain.
        more: Further keys of the EnvCfg.
        count: Worlds.
        episode: Number of the episode.
    """

    robots: list[dict[str, Any]]
    task: dict[str, Any] = field(default_factory=lambda: {"kind": "walk"})
    policies: dict[str, str] = field(default_factory=lambda: {"*": "random"})
    terrain: str = "rough"
    more: dict[str, Any] = field(default_factory=dict)
    count: int = 1
    episode: int = 0


SHAKEN = {
    "randomize": {
        "friction_scale": [0.5, 1.5],
        "mass_scale": {"normal": [1.0, 0.2], "clip": [0.5, 1.5]},
        "gear_scale": {"loguniform": [0.5, 2.0]},
        "push": {"choice": [0.5, 1.0]},
    }
}
CASES: dict[str, Case] = {
    **{name: Case([{"model": name}]) for name in ROBOTS.names()},
    **{f"{name}-gait": Case([{"model": name}], policies={"*": "gait"}) for name in ROBOTS.names()},
    "sumo": Case([{"model": "ant", "count": 2}], {"kind": "sumo"}, {"*": "gait", "ant_1": "random"}, count=2),
    "soccer": Case(
        [{"model": "ant", "count": 2, "team": "red"}, {"model": "point", "count": 2, "team": "blue"}],
        {"kind": "soccer"},
        {"team:red": "gait", "*": "random"},
        terrain="flat",
    ),
    "tag": Case(
        [{"model": "quadruped", "role": "chaser"}, {"model": "ant", "count": 2, "role": "runner"}],
        {"kind": "tag"},
    ),
    "push": Case([{"model": "point"}], {"kind": "push"}, terrain="flat"),
    "climb": Case([{"model": "rover"}], {"kind": "climb"}, {"*": "gait"}, terrain="hills"),
    "race": Case([{"model": "hopper", "count": 3}], {"kind": "race"}, terrain="pyramid_stairs"),
    "shaken": Case([{"model": "ant"}], policies={"*": "gait"}, more=SHAKEN, count=2, episode=3),
    "shaken-planar": Case([{"model": "walker2d"}], more=SHAKEN, episode=1),
    "sensing": Case([{"model": "ant", "params": {"foot_touch": 1, "imu": 1, "height_scan": 1}}]),
    "rk4": Case([{"model": "ant"}], more={"physics": {"integrator": "RK4"}}),
    "water": Case([{"model": "snake"}], more={"physics": {"fluid": "water"}}),
    "network": Case([{"model": "ant", "count": 2}], policies={"*": "network"}, count=2),
}


def network(folder: Path, rollout: Rollout, agent: str) -> str:
    """Write a random network for an agent; the path of its file."""
    own = seat(rollout, agent)
    rng = np.random.default_rng(5)
    sizes = [own.observed, 24, 16, len(own.actuators)]
    pairs = list(itertools.pairwise(sizes))
    weights = [rng.normal(0, 1 / np.sqrt(n), (n, m)) for n, m in pairs]
    biases = [rng.normal(0, 0.1, m) for _, m in pairs]
    path = folder / f"{own.robot}.onnx"
    path.write_bytes(
        onnx_file.mlp(
            weights,
            biases,
            meta=onnx_file.metadata(own.robot, own.task, own.observation),
            mean=rng.normal(0, 0.2, own.observed),
            std=rng.uniform(0.5, 2.0, own.observed),
        )
    )
    return str(path)


def write(out: Path, name: str, steps: int = 100, seed: int = 0) -> Path:
    """Write the folder of one case, and return the path of its reference.json."""
    case = CASES[name]
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    cfg = {
        "name": name,
        "terrain": {"size": [16, 16], "sub_terrains": [{"kind": case.terrain}]},
        "robots": case.robots,
        "task": case.task,
        "difficulty": 0.3,
        **case.more,
    }
    with tempfile.TemporaryDirectory() as temporary:
        pack = make(cfg, case.count, seed=seed, out=Path(temporary) / "pack", jobs=1)
        encoder = Encoder(pack.task, pack.seed)
        files = []
        for variant in pack:
            encoded = encoder.stored(variant)
            frame = f"{variant.index:05d}.frame"
            (folder / frame).write_bytes(encoded.frame)
            meshes = {f"mesh-{key}.frame": content for key, content in encoded.meshes.items()}
            for mesh, content in meshes.items():
                (folder / mesh).write_bytes(content)
            files.append({"frame": frame, "meshes": sorted(meshes)})
        rollout = Rollout(list(pack))
    names = {}
    for pattern, policy in case.policies.items():
        if policy == "network":
            names |= {agent: network(folder, rollout, agent) for agent in rollout.agents}
        else:
            names[pattern] = policy
    policies = PolicySet(rollout, names, seed=seed)
    worlds = played(rollout, policies, case.episode, steps)
    reference = {
        "case": name,
        "task": TaskSpec.model_validate(dict(pack.task)).model_dump(mode="json"),
        "episode": case.episode,
        "frame_skip": rollout.frame_skip[0],
        "policy_seed": seed,
        "policies": {
            agent: Path(policies.bound(agent)[0].removeprefix("onnx:")).name for agent in rollout.agents
        },
        "onnx": seen(worlds, rollout) if "network" in case.policies.values() else {},
        "worlds": [{**one, **world} for one, world in zip(files, worlds)],
    }
    path = folder / "reference.json"
    path.write_text(json.dumps(reference, allow_nan=False), encoding="utf-8")
    return path


def played(rollout: Rollout, policies: PolicySet, episode: int, steps: int) -> list[dict[str, Any]]:
    """Control steps of each world from the start of an episode; a world that is done has no more."""
    result = rollout.reset(episode)
    worlds: list[dict[str, Any]] = [
        {
            "physics": asdict(physics),
            "start": {agent: {"observation": own.observation[i].tolist()} for agent, own in result.items()},
            "steps": [],
        }
        for i, physics in enumerate(rollout.physics)
    ]
    for _ in range(steps):
        if rollout.done.all():
            break
        actions, going = policies(result), np.flatnonzero(~rollout.done)
        before = {i: state(rollout, i) for i in going}
        result = rollout.step(actions)
        for i in going:
            worlds[i]["steps"].append(
                {
                    "before": before[i],
                    "actions": {agent: action[i].tolist() for agent, action in actions.items()},
                    "ctrl": rollout.data[i].ctrl.tolist(),
                    "after": state(rollout, i),
                    "results": {agent: of(own, i) for agent, own in result.items()},
                }
            )
    return worlds


def state(rollout: Rollout, world: int) -> dict[str, Any]:
    """The state of a world."""
    data = rollout.data[world]
    names = {"qacc_warmstart": "warmstart"}
    return {"time": data.time, **{names.get(key, key): getattr(data, key).tolist() for key in STATE}}


def of(result: Any, world: int) -> dict[str, Any]:
    """What one agent got in one world."""
    return {
        "observation": result.observation[world].tolist(),
        "reward": float(result.reward[world]),
        "rewards": {name: float(value[world]) for name, value in result.rewards.items()},
        "terminated": bool(result.terminated[world]),
        "success": bool(result.success[world]),
        "truncated": bool(result.truncated[world]),
        "ending": result.ending[world],
    }


def seen(worlds: list[dict[str, Any]], rollout: Rollout) -> dict[str, Any]:
    """Observations and the actions that the networks gave for them, by agent."""
    found = {}
    for agent in rollout.agents:
        observations, actions = [], []
        for world in worlds:
            last = world["start"][agent]["observation"]
            for step in world["steps"]:
                observations.append(last)
                actions.append(step["actions"][agent])
                last = step["results"][agent]["observation"]
        found[agent] = {"observations": observations, "actions": actions}
    return found


def main() -> None:
    """Write the cases."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--case", action="append", choices=list(CASES), help="by default all")
    parser.add_argument("--steps", type=int, default=100, help="control steps, at most")
    args = parser.parse_args()
    for name in args.case or CASES:
        print(write(args.out, name, args.steps), flush=True)


if __name__ == "__main__":
    main()
