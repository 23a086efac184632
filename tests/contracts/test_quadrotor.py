"""The quadrotor hovers, recovers and is measured as what flies."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest
from support.robot_control import drive, fallen, frame, world_of
from support.worlds import build_world, make_cfg, start

from envgen.core.families import ROBOTS
from envgen.worlds.compiled.measure import measure_agent
from envgen.worlds.compiled.state import Snapshot
from envgen.worlds.robots.capabilities import can_fly
from envgen.worlds.robots.robot_model import robot_model
from envgen.worlds.traversability import traversability


def hover_at(world, height, agent="quadrotor_0"):
    """PD for attitude and altitude over the starting point."""
    home = start(world.model).sensor(f"{agent}/root_pos").data.copy()
    middle = world.model.actuator_ctrlrange[0, 1] / 2
    x, y = (
        np.array([1, 1, -1, -1]),
        np.array([1, -1, -1, 1]),
    )  # front left, front right, rear right, rear left

    def controller(data):
        axes = frame(data, agent)
        pos, vel = (data.sensor(f"{agent}/{name}").data for name in ("root_pos", "root_vel"))
        rates = data.sensor(f"{agent}/root_angvel").data
        aim = np.array([0, 0, 1]) - 0.1 * np.array([*(pos - home)[:2] + 1.5 * vel[:2], 0])
        roll, pitch, _ = 6 * (np.cross(axes[:, 2], aim / np.linalg.norm(aim)) @ axes) - rates
        lift = 1 + 0.6 * (height - pos[2]) - 0.45 * vel[2]
        return middle * np.clip(lift + 0.15 * (roll * y - pitch * x), 0, 2)

    return controller


SPANS = [0.2, 0.456, 1.0]


@pytest.mark.parametrize("span", SPANS)
def test_quadrotor_stays_put_at_its_home_control(span):
    world = world_of("quadrotor", params={"span": span})
    control = world.model.key_ctrl[0].copy()
    assert control.sum() == pytest.approx(9.81 * world.model.body_subtreemass[0], rel=1e-3)
    _, track = drive(world, lambda _: control, 5)
    assert np.abs(track[:, :3] - track[0, :3]).max() < 0.05
    assert track[:, 3].min() > 0.999


@pytest.mark.parametrize("span", SPANS)
def test_quadrotor_hovers_at_a_metre_for_five_seconds(span):
    world = world_of("quadrotor", "rough", {"span": span})
    ground = float(world.ground.at(*start(world.model).sensor("quadrotor_0/root_pos").data[:2, None])[0])
    controller = hover_at(world, ground + 1)
    data, _ = drive(world, controller, 3)
    data, track = drive(world, controller, 5, data=data)
    assert np.abs(track[:, 2] - ground - 1).max() < 0.02
    assert np.ptp(track[:, :2], axis=0).max() < 0.02
    assert track[:, 3].min() > 0.99
    assert not fallen(world, data)


def test_quadrotor_recovers_from_a_shove():
    world = world_of("quadrotor")
    controller = hover_at(world, 1.0)
    data, _ = drive(world, controller, 3)
    data.qvel[:] = [1.5, -1, 0.5, 3, -3, 1]
    _, track = drive(world, controller, 6, data=data)
    assert np.abs(track[:20, 3]).min() < 0.99, "it was tilted"
    assert track[-1, 2] == pytest.approx(1, abs=0.05)
    assert track[-1, 3] > 0.999


def test_unequal_rotors_turn_the_drone():
    """Those that turn one way pushed more: it yaws against them and keeps its height."""
    world = world_of("quadrotor")
    controller = hover_at(world, 1.0)
    data, _ = drive(world, controller, 3)
    names = world.names("actuator")
    share = np.array([1.1 if "front_left" in n or "rear_right" in n else 0.9 for n in names])
    data.ctrl[:] = share * data.ctrl
    mujoco.mj_step(world.model, data, nstep=20)
    assert data.sensor("quadrotor_0/root_angvel").data[2] < -0.05
    assert abs(data.sensor("quadrotor_0/root_vel").data[2]) < 0.1


@pytest.mark.parametrize(
    ("gravity", "fluid", "share"),
    [(3.71, "air", 0.378), (9.81, "air", 1.0), (0, "none", 0.0), (24.79, "air", 2)],
)
def test_quadrotor_starts_at_the_hover_of_its_own_world(gravity, fluid, share):
    world = world_of("quadrotor", physics={"gravity": gravity, "fluid": fluid})
    low, high = world.model.actuator_ctrlrange[0]
    assert world.model.key_ctrl[0] == pytest.approx(np.full(4, share * (low + high) / 2), rel=2e-3)


def test_what_flies_is_measured_as_such():
    drone = robot_model("quadrotor", {"span": 0.456})
    assert drone.flies
    others = [name for name in ROBOTS.names() if name != "quadrotor"]
    assert not any(
        robot_model(n, {k: s.default for k, s in ROBOTS.get(n).params.items()}).flies for n in others
    )
    world = world_of("quadrotor", "rough")
    assert measure_agent(world, Snapshot.of(start(world.model)), "quadrotor_0") == drone.size


def test_the_walls_of_a_maze_dont_stop_what_flies():
    drone, ant = (world_of(name, "maze", difficulty=0.5) for name in ("quadrotor", "ant"))
    sizes = [measure_agent(w, Snapshot.of(start(w.model)), w.agents[0]) for w in (drone, ant)]
    assert (traversability(drone.ground, sizes[0]).labels == 1).all()
    assert traversability(drone.ground, sizes[1]).labels.max() > 1


def test_in_company_the_walker_decides_what_is_hard():
    rise = []
    for robots in (["ant"], ["quadrotor", "ant"]):
        cfg = make_cfg("stairs", size=16, robots=[{"model": name} for name in robots], difficulty=0.5)
        rise.append(build_world(cfg)[0].draw.values["terrain.step_height"])
    assert rise[0] == rise[1]


FOREIGN = """
<mujoco>
  <worldbody>
    <body name="hull" pos="0 0 0.1"{turn}>
      <freejoint/>
      <geom type="box" size="0.2 0.2 0.05" mass="2"/>
      <site name="rotor"/>
    </body>
  </worldbody>
  <actuator>
    <motor site="rotor" gear="0 0 1 0 0 0" ctrlrange="0 {thrust}"{limit}/>
    <motor site="rotor" gear="0 0 0 0 0 1" ctrlrange="-100 100"/>
  </actuator>
</mujoco>
"""


@pytest.mark.parametrize(
    ("thrust", "limit", "turn", "expected"),
    [
        (30, "", "", True),
        (15, "", "", False),
        (30, ' forcerange="0 10"', "", False),
        (30, "", ' euler="90 0 0"', False),
    ],
)
def test_a_foreign_drone_is_recognised_by_its_thrust(thrust, limit, turn, expected):
    model = mujoco.MjModel.from_xml_string(FOREIGN.format(thrust=thrust, limit=limit, turn=turn))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    assert can_fly(model, data) is expected
