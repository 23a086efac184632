"""What is drawn at each reset: multipliers on the compiled model, and pushes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core import dist
from envgen.core.rng import Streams
from envgen.worlds.compiled.task_context import AgentLayout
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Data
from envgen.worlds.physics_options import BUOYANT

KEYS = ("friction_scale", "mass_scale", "gear_scale", "push")
PUSH_EVERY = 5.0
"""Seconds between pushes."""
LEAST_FRICTION = 1e-3
"""With none at all, MuJoCo's friction cones are degenerate."""
_FREE, _MUSCLE = int(mujoco.mjtJoint.mjJNT_FREE), int(mujoco.mjtGain.mjGAIN_MUSCLE)
_PLAIN = (int(mujoco.mjtGain.mjGAIN_FIXED), int(mujoco.mjtGain.mjGAIN_AFFINE))


@dataclass(frozen=True)
class Physics:
    """What was drawn for an episode.

    Attributes:
        friction_scale: On the sliding friction of ground and obstacles.
        mass_scale: On masses and inertias of the robots.
        gear_scale: On the force of actuators.
        push: Change of velocity (m/s) every 5 s.
    """

    friction_scale: float = 1.0
    mass_scale: float = 1.0
    gear_scale: float = 1.0
    push: float = 0.0


class Randomizer:
    """Changes one world at each reset; what it draws depends on the streams and the episode alone.

    Args:
        world: Its model is changed in place, and restored at the next reset.
        layouts: Of its agents.
        settings: Number or distribution by key.
        streams: Of the variant.
    """

    def __init__(
        self,
        world: World,
        layouts: Mapping[str, AgentLayout],
        settings: Mapping[str, Any],
        streams: Streams,
    ) -> None:
        self._model, self._layouts, self._streams = world.model, layouts, streams
        self._settings = {key: dist.parse(settings[key]) for key in KEYS}
        self._geoms = np.array([*world.terrain_geoms, *world.obstacle_geoms], dtype=np.intp)
        trees = world.model.body_rootid
        self._bodies = np.flatnonzero(np.isin(trees, [trees[at.root] for at in layouts.values()]))
        self._actuators = np.concatenate([at.actuators for at in layouts.values()])
        model = self._model
        self._friction = model.geom_friction[self._geoms, 0].copy()
        self._mass, self._inertia = model.body_mass[self._bodies], model.body_inertia[self._bodies]
        self._gravcomp = model.body_gravcomp[self._bodies]
        self._gain = model.actuator_gainprm[self._actuators]
        self._bias = model.actuator_biasprm[self._actuators]
        self._force = model.actuator_forcerange[self._actuators]
        self._gear = model.actuator_gear[self._actuators]
        self._kicks: np.random.Generator | None = None
        self.physics = Physics()

    def reset(self, data: Data, episode: int) -> None:
        """Draw an episode's physics and set the model to it; the state is the reference pose afterwards."""
        drawn = {}
        for key, value in self._settings.items():
            constant = isinstance(value, int | float)
            rng = None if constant else self._streams(f"randomize.{key}", episode)
            drawn[key] = float(value) if rng is None else dist.sample(value, rng)  # type: ignore[arg-type]
        before, self.physics = self.physics, Physics(**drawn)
        self._kicks = self._streams("randomize.push.direction", episode)
        self._model.geom_friction[self._geoms, 0] = _least(self._friction, self.physics.friction_scale)
        if self.physics.gear_scale != before.gear_scale:
            self._strengthen(self.physics.gear_scale)
        if self.physics.mass_scale != before.mass_scale:
            self._weigh(data, self.physics.mass_scale)

    def push(self, data: Data, since: float) -> bool:
        """Kick every robot if a multiple of 5 s has passed since a time (s); whether it did."""
        if not self.physics.push or math.floor(data.time / PUSH_EVERY + 1e-9) <= math.floor(
            since / PUSH_EVERY + 1e-9
        ):
            return False
        assert self._kicks is not None  # since the reset
        for at in self._layouts.values():
            angle = float(self._kicks.uniform(-math.pi, math.pi))
            self._kick(data, at, np.array([math.cos(angle), math.sin(angle), 0.0]))
        return True

    def _kick(self, data: Data, at: AgentLayout, direction: NDArray[np.float64]) -> None:
        """Change the velocity of a root along a level direction; of one bound to a line, along that."""
        slides = []
        for joint in at.root_joints:
            dof = int(self._model.jnt_dofadr[joint])
            if self._model.jnt_type[joint] == _FREE:
                data.qvel[dof : dof + 2] += self.physics.push * direction[:2]
                return
            axis = np.array(data.xaxis[joint])
            if self._model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_SLIDE and abs(axis[2]) < 0.5:
                slides.append((dof, float(axis @ direction)))
        length = math.sqrt(sum(part * part for _, part in slides))
        for dof, part in slides:
            data.qvel[dof] += self.physics.push * part / max(length, 1e-9)

    def _weigh(self, data: Data, scale: float) -> None:
        """Bodies of the same shape and another density: inertia goes with mass, what they displace stays."""
        model = self._model
        model.body_mass[self._bodies] = self._mass * scale
        model.body_inertia[self._bodies] = self._inertia * scale
        if model.opt.density > BUOYANT:
            model.body_gravcomp[self._bodies] = self._gravcomp / scale
        mujoco.mj_setConst(model, data)  # what the compiler derived from the masses

    def _strengthen(self, scale: float) -> None:
        """The force of an actuator at the same control.

        Gains, biases and force limits are scaled, which for a motor is the same as scaling its gear. The
        gear of a servo would also move the pose that a control asks for.
        """
        model, gain, bias, gear = self._model, self._gain.copy(), self._bias.copy(), self._gear.copy()
        for i, actuator in enumerate(self._actuators):
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
        model.actuator_gainprm[self._actuators] = gain
        model.actuator_biasprm[self._actuators] = bias
        model.actuator_gear[self._actuators] = gear
        model.actuator_forcerange[self._actuators] = self._force * scale


def _least(friction: NDArray[np.float64], scale: float) -> NDArray[np.float64]:
    return friction if scale == 1.0 else np.maximum(friction * scale, LEAST_FRICTION)
