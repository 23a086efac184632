"""Robots in worlds under controllers of a few lines, for tests."""

from __future__ import annotations

import mujoco
import numpy as np

from envgen.tasks.common import FALLEN
from envgen.tasks.expr import evaluate
from envgen.worlds.compiled.measure import measure_agent
from envgen.worlds.compiled.state import BatchTaskState, Snapshot
from envgen.worlds.compiled.task_context import TaskContext
from envgen.worlds.sampling.teams import Teams
from support.worlds import build_world, make_cfg, start

CONTROL_STEPS = 5
"""Physics steps of one action, as `control.frame_skip`."""


def world_of(name, terrain="flat", params=None, *, task="stand", size=16, seed=0, **more):
    robots = [{"model": name, "params": params or {}}]
    cfg = make_cfg(terrain, size=size, robots=robots, task={"kind": task}, **more)
    return build_world(cfg, seed)[1]


def drive(world, controller, seconds, *, data=None):
    """Track of the one agent: (steps, 4) position of the root and cosine of its tilt."""
    model = world.model
    data = start(model) if data is None else data
    (agent,) = world.agents
    pos, up = data.sensor(f"{agent}/root_pos"), data.sensor(f"{agent}/root_up")
    track = []
    for _ in range(round(seconds / (CONTROL_STEPS * model.opt.timestep))):  # time itself restarts after a NaN
        data.ctrl[:] = controller(data)
        mujoco.mj_step(model, data, nstep=CONTROL_STEPS)
        assert data.warning.number.sum() == 0
        track.append([*pos.data, up.data[2]])
    return data, np.array(track)


def frame(data, agent):
    """(3, 3) axes of the root as columns, in the world."""
    matrix = np.zeros(9)
    mujoco.mju_quat2Mat(matrix, data.sensor(f"{agent}/root_quat").data)
    return matrix.reshape(3, 3)


def fallen(world, data):
    (agent,) = world.agents
    snapshot = Snapshot.of(data)
    size = measure_agent(world, Snapshot.of(start(world.model)), agent)
    context = TaskContext([world], Teams.of([agent]), [{agent: size}], [{}])
    reading = BatchTaskState(context, [snapshot], agent)
    return bool(evaluate(FALLEN.expr, reading, {}).any())
