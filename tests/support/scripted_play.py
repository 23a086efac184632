"""Scripted play: policies that head somewhere, and hands that move robots and things."""

from __future__ import annotations

import numpy as np


def columns(rollout, agent, name):
    """Where a term is in an agent's observation."""
    at = 0
    for term, width in rollout.observation_layout(agent):
        if term == name:
            return slice(at, at + width)
        at += width
    raise KeyError(name)


def drive(rollout, agent, name, sign=1.0):
    """A policy that heads where an observed vector points, or away from it."""
    at = columns(rollout, agent, name)

    def policy(observation):
        vector = observation[:, at][:, :2]
        return sign * vector / np.maximum(np.linalg.norm(vector, axis=1, keepdims=True), 1e-6)

    return policy


def root(rollout, agent):
    """Position of a root by its sensor, in m."""
    at = rollout.context.layouts[agent][0]
    return rollout.data[0].sensordata[at.sensors["root_pos"]].copy()


def throw(rollout, agent, velocity):
    """Give a root a velocity, in m/s."""
    at, model = rollout.context.layouts[agent][0], rollout.worlds[0].model
    dof = int(model.jnt_dofadr[at.root_joints[0]])
    rollout.data[0].qvel[dof : dof + 3] = velocity
    rollout.refresh()


def put(rollout, agent, x, y):
    """Move a root to a place on level ground, in m."""
    at, model = rollout.context.layouts[agent][0], rollout.worlds[0].model
    joint = int(model.jnt_qposadr[at.root_joints[0]])
    rollout.data[0].qpos[joint : joint + 2] = x, y
    rollout.refresh()


def thing_at(rollout):
    """Where the object of the task is, level, in m."""
    at = rollout.context.things[0][0].pos
    return rollout.data[0].qpos[at : at + 2].copy()


def launch(rollout, position, velocity):
    """Put the object of the task somewhere with a velocity."""
    data, at = rollout.data[0], rollout.context.things[0][0]
    data.qpos[at.pos : at.pos + 2] = position
    data.qvel[at.vel : at.vel + 6] = 0
    data.qvel[at.vel : at.vel + 2] = velocity
    rollout.refresh()


def shove(thing, way):
    """An action that gets behind a thing (seen from where it is to go) and then pushes it along `way`."""
    way = way / np.linalg.norm(way)
    ahead, aside = thing @ way, thing - way * (thing @ way)
    if ahead < 0.15:  # it has got past: back, around it
        side = np.array([-way[1], way[0]]) * (1 if aside @ np.array([-way[1], way[0]]) < 0 else -1)
        return np.clip(-0.8 * way + (0.6 * side if np.linalg.norm(aside) < 0.45 else 0), -1, 1)[None]
    return np.clip(0.4 * way + 3.0 * aside, -1, 1)[None]


def until_over(rollout, actions=None, most=600):
    """The last step result of each agent, and its ending."""
    endings = {}
    for _ in range(most):
        for agent, result in rollout.step(actions or {}).items():
            if result.ending[0]:
                endings[agent] = (result.ending[0], bool(result.success[0]))
        if rollout.done.all():
            break
    return endings
