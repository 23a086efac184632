"""What every legged built-in promises: it stands, bears any control, never jams and can carry a gait."""

from __future__ import annotations

import itertools

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, make_cfg, start

from envgen.core.families import ROBOTS
from envgen.worlds.robots.robot_model import robot_model

NAMES = [name for name in ROBOTS.names() if ROBOTS.get(name).legged]
TURN = 2 * np.pi


def own_params(name):
    """The parameters of its template, without those that every robot has."""
    kind = ROBOTS.get(name)
    front = kind.path.read_text(encoding="utf-8")
    return {key: spec for key, spec in kind.params.items() if f"[params.{key}]" in front}


def defaults(name):
    return {key: spec.default for key, spec in ROBOTS.get(name).params.items()}


def shapes(name):
    """The default shape, and every corner of the ranges of its own parameters."""
    own = own_params(name)
    corners = itertools.product(*((spec.low, spec.high) for spec in own.values()))
    return [
        {key: spec.default for key, spec in own.items()},
        *(dict(zip(own, corner)) for corner in corners),
    ]


CASES = [(name, values) for name in NAMES for values in shapes(name)]
IDS = [f"{name}-{'-'.join(f'{v:g}' for v in values.values())}" for name, values in CASES]


def world_of(name, values=None, terrain="flat", **more):
    robots = [{"model": name, "params": values or {}}]
    return build_world(make_cfg(terrain, robots=robots, task={"kind": "stand"}, **{"size": 14, **more}))[1]


def ends(model, rng):
    """(nu,) one end of each actuator's range or the other."""
    low, high = model.actuator_ctrlrange.T
    return np.where(rng.random(model.nu) < 0.5, low, high)


class Hold:
    """The trivial controller: home's control; a motor on a joint without a spring is given a spring by PD."""

    def __init__(self, model):
        joints = model.actuator_trnid[:, 0]
        motor = model.actuator_biastype == mujoco.mjtBias.mjBIAS_NONE
        self.limp = motor & (model.jnt_stiffness[joints] == 0)
        self.qpos, self.dof = model.jnt_qposadr[joints], model.jnt_dofadr[joints]
        self.ctrl = np.array(model.key_ctrl[0])
        self.home = np.array(model.key_qpos[0])[self.qpos]

    def __call__(self, data):
        pull = 4 * (self.home - data.qpos[self.qpos]) - 0.4 * data.qvel[self.dof]
        data.ctrl[:] = np.where(self.limp, np.clip(pull, -1, 1), self.ctrl)

    def astray(self, data):
        """(nu,) how far each joint is from home, in rad."""
        return np.abs(data.qpos[self.qpos] - self.home)


@pytest.mark.parametrize(("name", "values"), CASES, ids=IDS)
def test_stands_for_ten_seconds(name, values):
    world = world_of(name, values)
    model, data = world.model, start(world.model)
    hold, torso = Hold(model), world.body_names.index(f"{name}_0/torso")
    begin = data.xpos[torso].copy()
    while data.time < 10:
        hold(data)
        mujoco.mj_step(model, data)
    assert data.warning.number.sum() == 0
    assert data.xpos[torso, 2] > 0.9 * begin[2]
    assert data.xmat[torso, 8] > 0.98, "upright"
    assert np.abs(data.qvel).max() < 0.05, "at rest"
    leg = robot_model(name, defaults(name) | values).size.leg
    assert np.linalg.norm(data.xpos[torso, :2] - begin[:2]) < 0.3 * leg, "in its place"
    assert np.degrees(hold.astray(data).max()) < 12, "in its pose"


@pytest.mark.parametrize("name", NAMES)
def test_twenty_seconds_of_thrashing_on_rough_ground_stay_within_bounds(name):
    """The ends of every control at random: nothing explodes, nothing leaps, nothing sinks."""
    world = world_of(name, terrain="rough", size=60, difficulty=0.9)
    model, data = world.model, start(world.model)
    torso = world.body_names.index(f"{name}_0/torso")
    rng, mass = np.random.default_rng(0), float(model.body_mass.sum())
    velocity = np.zeros(6)
    rise = energy = speed = 0.0
    while data.time < 20:
        data.ctrl[:] = ends(model, rng) if int(data.time) % 2 else rng.uniform(*model.actuator_ctrlrange.T)
        mujoco.mj_step(model, data, nstep=10)
        mujoco.mj_energyVel(model, data)
        energy = max(energy, float(data.energy[1]) / mass)
        for body in range(1, model.nbody):
            mujoco.mj_objectVelocity(model, data, mujoco.mjtObj.mjOBJ_BODY, body, velocity, 0)
            speed = max(speed, float(np.linalg.norm(velocity[3:])))
        ground = float(world.ground.at(data.xpos[torso, :1], data.xpos[torso, 1:2])[0])
        rise = max(rise, float(data.xpos[torso, 2]) - ground)
        assert data.ncon == 0 or data.contact.dist.min() > -0.12
    assert np.isfinite(data.qpos).all()
    assert data.warning.number.sum() == 0
    assert (np.abs(data.xpos[torso, :2]) < 30).all(), "on its ground"
    assert energy < 75, "J/kg; the inertia of rotors counts too"
    assert speed < 20
    size = robot_model(name, defaults(name)).size
    assert rise < size.stand + 1.2, "no leaps"


@pytest.mark.parametrize("name", NAMES)
def test_no_pose_wedges_it(name):
    """Folded by random control in the air, it unfolds to the pose that it keeps when never folded."""
    model = mujoco.MjModel.from_xml_string(ROBOTS.get(name).mjcf(defaults(name)))
    model.opt.gravity[:] = 0
    hold, rng = Hold(model), np.random.default_rng(0)

    def held(data, until):
        while data.time < until:
            hold(data)
            mujoco.mj_step(model, data)
        return data.qpos[hold.qpos].copy()

    free = held(start(model), 3)
    for _ in range(10):
        data = start(model)
        while data.time < 2:
            data.ctrl[:] = ends(model, rng)
            mujoco.mj_step(model, data, nstep=20)
        assert np.abs(data.qpos[hold.qpos] - free).max() > 0.2, "folded"
        np.testing.assert_allclose(held(data, 5), free, atol=0.1)


# --- gaits: what is added to home's control at a phase of the stride (rad) ----------------------------


def tripod(part, phase, _side):
    return {"coxa": 0.4 * np.sin(phase), "femur": 0.4 * max(0.0, np.cos(phase))}.get(part, 0.0)


def trot(part, phase, _side):
    return {"thigh": -0.25 * np.sin(phase), "calf": -0.5 * max(0.0, np.cos(phase))}.get(part, 0.0)


def ant_trot(part, phase, side):
    return {"hip": -side * 0.3 * np.sin(phase), "ankle": -0.3 * np.cos(phase)}[part]


RUN = {  # amplitude, phase (rad) and middle of each motor's torque as a share of its gear; found by search
    "back_thigh": (0.6, -1.93, 0.0),
    "back_shin": (0.32, -1.27, -0.1),
    "back_foot": (0.45, -2.31, -0.24),
    "front_thigh": (0.06, 1.82, 0.28),
    "front_shin": (0.41, -0.13, 0.0),
    "front_foot": (0.39, -0.82, -0.03),
}


def run(part, phase, _side):
    amplitude, lag, middle = RUN[part]
    return middle + amplitude * np.sin(phase + lag)


GAITS = {
    # gait, strides a second, parameters, leg and joint by name, legs that begin, legs on the right
    "hexapod": (tripod, 1.0, {}, lambda n: n.split("_"), {"LF", "LR", "RM"}, {"RF", "RM", "RR"}),
    "phantomx": (tripod, 1.0, {"leg_length": 0.2}, lambda n: n.split("_"), {"LF", "LR", "RM"}, set()),
    "quadruped": (trot, 2.0, {}, lambda n: n.split("_"), {"FL", "RR"}, {"FR", "RR"}),
    "ant": (ant_trot, 1.0, {}, lambda n: n.split("_")[::-1], {"0", "2"}, {"2", "3"}),
    "half_cheetah": (run, 2.54, {}, lambda n: ("", n), {""}, set()),
}


@pytest.mark.parametrize("case", GAITS)
def test_motors_carry_an_open_loop_gait(case):
    """Straight ahead, over 0.1 m/s, upright, and not by motors at their limit all the time."""
    gait, rate, params, leg_and_part, first, right = GAITS[case]
    name = "hexapod" if case == "phantomx" else case
    world = world_of(name, params, size=30)
    model, data = world.model, start(world.model)
    torso = world.body_names.index(f"{name}_0/torso")
    ahead, begin = data.xmat[torso].reshape(3, 3)[:2, 0].copy(), data.xpos[torso, :2].copy()
    home = np.array(model.key_ctrl[0])
    legs = [leg_and_part(actuator.split("/")[1]) for actuator in world.names("actuator")]
    saturated, upright = [], []
    while data.time < 6:
        stride = TURN * rate * data.time
        step = [
            gait(part, stride if leg in first else stride + np.pi, -1 if leg in right else 1)
            for leg, part in legs
        ]
        data.ctrl[:] = home + step
        mujoco.mj_step(model, data)
        limits = np.where(model.actuator_forcelimited, model.actuator_forcerange[:, 1], np.inf)
        saturated.append(np.abs(data.actuator_force) > 0.98 * limits)
        upright.append(data.xmat[torso, 8])
    gone = data.xpos[torso, :2] - begin
    assert gone @ ahead / 6 > 0.1
    assert abs(ahead[0] * gone[1] - ahead[1] * gone[0]) < 0.3 * (gone @ ahead), "straight"
    # over a second: a galloping cheetah swings by 50 degrees within a stride, so one moment says nothing
    assert np.mean(upright[-round(1 / model.opt.timestep) :]) > (0.5 if case == "half_cheetah" else 0.7)
    assert np.mean(saturated) < 0.15
