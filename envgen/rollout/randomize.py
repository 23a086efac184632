"""Domain randomisation: multipliers on the compiled model and noise of the start at resets, and pushes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.cfg import RandomizeCfg
from envgen.core.heightfield import Floats
from envgen.core.rng import Streams
from envgen.rollout.engine import BatchEngine
from envgen.rollout.physics import Physics, agent_stream, draw_physics, is_constant
from envgen.rollout.start_noise import StartNoise
from envgen.worlds.compiled.task_context import AgentLayout
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import borrow_data
from envgen.worlds.physics_options import BUOYANT

LEAST_FRICTION = 1e-3
"""With none at all, MuJoCo's friction cones are degenerate."""
_FREE, _MUSCLE = int(mujoco.mjtJoint.mjJNT_FREE), int(mujoco.mjtGain.mjGAIN_MUSCLE)
_PLAIN = (int(mujoco.mjtGain.mjGAIN_FIXED), int(mujoco.mjtGain.mjGAIN_AFFINE))


class Randomizer:
    """Draws the physics of one variant; a draw depends on its random streams and the episode number alone.

    Args:
        world: The compiled world of the variant.
        layouts: Layouts of its agents.
        settings: Numbers or distributions.
        streams: Random streams of the variant.
    """

    def __init__(
        self,
        world: World,
        layouts: Mapping[str, AgentLayout],
        settings: RandomizeCfg,
        streams: Streams,
    ) -> None:
        self._model, self._layouts, self._streams = world.model, layouts, streams
        self._settings = settings
        self.geoms = np.array([*world.terrain_geoms, *world.obstacle_geoms], dtype=np.intp)
        trees = world.model.body_rootid
        self._bodies = np.flatnonzero(np.isin(trees, [trees[at.root] for at in layouts.values()]))
        self._actuators = np.concatenate([at.actuators for at in layouts.values()])
        self._constant = self._drawn(0) if is_constant(settings) else None
        self._noises: list[StartNoise] | None = None

    def draw(self, episode: int) -> Physics:
        """Draw the physics of an episode."""
        return self._constant or self._drawn(episode)

    def _drawn(self, episode: int) -> Physics:
        return draw_physics(self._settings, self._streams, episode, len(self._actuators))

    def disturb(self, qpos: Floats, qvel: Floats, size: float, episode: int) -> None:
        """Change the start of every robot at random, in place.

        Args:
            qpos: (nq,) positions of a slot.
            qvel: (nv,) velocities of the slot.
            size: Scale of the noise, see `envgen.rollout.start_noise`.
            episode: Number of the episode.
        """
        if self._noises is None:
            self._noises = [StartNoise(self._model, at) for at in self._layouts.values()]
        for number, noise in enumerate(self._noises):
            noise.apply(qpos, qvel, size, agent_stream(self._streams, "start_noise", number, episode))

    def blur(self, agent: int, episode: int) -> np.random.Generator:
        """Return the random stream of the noise of an agent's observations in an episode."""
        return agent_stream(self._streams, "observation_noise", agent, episode)

    def kicks(self, episode: int) -> np.random.Generator:
        """Return the random stream of the directions of an episode's pushes."""
        return self._streams("randomize.push.direction", episode)

    def apply(self, engine: BatchEngine, slot: int, before: Physics, after: Physics) -> bool:
        """Change the model of a slot from one draw to another.

        Returns:
            Whether MuJoCo must derive the constants of the model again.
        """
        if after.friction_scale != before.friction_scale:
            friction = _least(self._model.geom_friction[self.geoms, 0], after.friction_scale)
            engine.field(slot, "geom_friction")[engine.geoms(slot, self.geoms), 0] = friction
        if (after.gear_scale, after.motors) != (before.gear_scale, before.motors):
            motors = np.array(after.motors or [1.0] * len(self._actuators))
            self._strengthen(engine, slot, after.gear_scale * motors)
        if after.mass_scale != before.mass_scale:
            self._weigh(engine, slot, after.mass_scale)
            return True
        return False

    def push(self, qpos: Floats, qvel: Floats, speed: float, kicks: np.random.Generator) -> None:
        """Change the velocity of every robot in a random horizontal direction.

        Args:
            qpos: (nq,) positions of a slot.
            qvel: (nv,) velocities of the slot; changed in place.
            speed: Size of the change, in m/s.
            kicks: Random stream of the directions.
        """
        for at in self._layouts.values():
            angle = float(kicks.uniform(-math.pi, math.pi))
            self._kick(qpos, qvel, at, speed * np.array([math.cos(angle), math.sin(angle), 0.0]))

    def _kick(self, qpos: Floats, qvel: Floats, at: AgentLayout, change: Floats) -> None:
        """Change the velocity of a root body; one that slides on an axis gets the component along it."""
        model, slides = self._model, []
        for joint in at.root_joints:
            dof = int(model.jnt_dofadr[joint])
            if model.jnt_type[joint] == _FREE:
                qvel[dof : dof + 2] += change[:2]
                return
            if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_SLIDE:
                axis = self._axis(qpos, joint)
                if abs(axis[2]) < 0.5:
                    slides.append((dof, float(axis @ change)))
        length = math.sqrt(sum(part * part for _, part in slides))
        for dof, part in slides:
            qvel[dof] += float(np.linalg.norm(change)) * part / max(length, 1e-9)

    def _axis(self, qpos: Floats, joint: int) -> Floats:
        """Return the axis of a joint in the world frame."""
        with borrow_data(self._model) as data:
            data.qpos[:] = qpos[: self._model.nq]
            mujoco.mj_kinematics(self._model, data)
            return np.array(data.xaxis[joint])

    def _weigh(self, engine: BatchEngine, slot: int, scale: float) -> None:
        """Scale mass and inertia of bodies as for another density; the fluid that they displace stays."""
        model, bodies = self._model, self._bodies
        engine.field(slot, "body_mass")[bodies] = model.body_mass[bodies] * scale
        engine.field(slot, "body_inertia")[bodies] = model.body_inertia[bodies] * scale
        if model.opt.density > BUOYANT:
            engine.field(slot, "body_gravcomp")[bodies] = model.body_gravcomp[bodies] / scale

    def _strengthen(self, engine: BatchEngine, slot: int, scales: Floats) -> None:
        """Scale the forces of actuators (n,) at the same control.

        Gains, biases and force limits are scaled, which for a motor is the same as scaling its gear. The
        gear of a servo would also move the pose that a control asks for.
        """
        model, actuators = self._model, self._actuators
        gain, bias = model.actuator_gainprm[actuators], model.actuator_biasprm[actuators]
        gear = model.actuator_gear[actuators]
        for i, (actuator, scale) in enumerate(zip(actuators, scales.tolist())):
            kind = int(model.actuator_gaintype[actuator])
            if kind in _PLAIN:
                gain[i, :3] *= scale
                bias[i, :3] *= scale
            elif kind == _MUSCLE:  # prm[2] is the peak force, or below 0 for scale prm[3] / acceleration
                which = 2 if gain[i, 2] >= 0 else 3
                gain[i, which] *= scale
                bias[i, which] *= scale
            else:
                gear[i] *= scale
        engine.field(slot, "actuator_gainprm")[actuators] = gain
        engine.field(slot, "actuator_biasprm")[actuators] = bias
        engine.field(slot, "actuator_gear")[actuators] = gear
        force = model.actuator_forcerange[actuators] * scales[:, None]
        engine.field(slot, "actuator_forcerange")[actuators] = force


def push_due(time: Floats, since: Floats, interval: Floats) -> NDArray[np.bool_]:
    """Return whether a multiple of an interval lies between two times, all in s."""
    return np.asarray(np.floor(time / interval + 1e-9) > np.floor(since / interval + 1e-9))


def _least(friction: Floats, scale: float) -> Floats:
    return friction if scale == 1.0 else np.maximum(friction * scale, LEAST_FRICTION)
