"""Sensors that every robot gets, and those that its parameters ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.worlds.compiler import Model

_SENSOR, _SITE = mujoco.mjtSensor, mujoco.mjtObj.mjOBJ_SITE
ROOT_SENSORS = {
    "root_pos": _SENSOR.mjSENS_FRAMEPOS,
    "root_quat": _SENSOR.mjSENS_FRAMEQUAT,
    "root_vel": _SENSOR.mjSENS_FRAMELINVEL,
    "root_linvel": _SENSOR.mjSENS_VELOCIMETER,
    "root_angvel": _SENSOR.mjSENS_GYRO,
    "root_acc": _SENSOR.mjSENS_ACCELEROMETER,
    "root_up": _SENSOR.mjSENS_FRAMEZAXIS,
}
"""Sensors of the root that tasks read; velocimeter, gyro and accelerometer measure in the site's frame."""
_FOOT_HEIGHT = 0.03
"""A body whose lowest geom is at most this far (m) above the lowest of all is a foot."""


def add_sensors(
    spec: Any, root: str, values: Mapping[str, float | int], name: str, *, template: bool
) -> None:
    """Add the root sensors that are missing, and the sensors that the parameters ask for.

    Args:
        spec: `MjSpec` of the robot alone.
        root: Name of its root body.
        values: Parameters of the robot.
        name: Public name of the robot, for messages.
        template: Whether it is a built-in robot; its touch sensors are removed unless `foot_touch` is set.

    Raises:
        InputError: A sensor has the name of a root sensor, but measures something else.
    """
    body = next(body for body in spec.bodies if body.name == root)
    there = {sensor.name: sensor for sensor in spec.sensors}
    own = {site.name for site in body.sites} | {root}
    frame = ""
    for sensor, kind in ROOT_SENSORS.items():
        if sensor in there:
            if there[sensor].type != kind or there[sensor].objname not in own:
                raise InputError(
                    f"robot {name!r} can't be used: its sensor {sensor!r} must be a root sensor",
                    "Rename that sensor: tasks read root sensors by these names.",
                )
            continue
        if not frame:
            frame = _unused_name(spec, "root_frame")
            body.add_site(name=frame, size=[0.01, 0.01, 0.01], group=4)
        spec.add_sensor(name=sensor, type=kind, objtype=_SITE, objname=frame)
    if values.get("imu"):
        site = frame or there["root_acc"].objname
        spec.add_sensor(
            name="imu_acceleration", type=_SENSOR.mjSENS_ACCELEROMETER, objtype=_SITE, objname=site
        )
    _add_touch_sensors(spec, keep=bool(values.get("foot_touch")), template=template)
    _add_height_scan(spec, body, int(values.get("height_scan", 0)), float(values.get("scan_size", 1.6)))


def _unused_name(spec: Any, wanted: str) -> str:
    taken = {site.name for site in spec.sites}
    while wanted in taken:
        wanted += "_"
    return wanted


def _add_touch_sensors(spec: Any, *, keep: bool, template: bool) -> None:
    """Keep the touch sensors that the robot has, or add one on each body that it stands on."""
    own = [sensor for sensor in spec.sensors if sensor.name.startswith("touch_")]
    if not keep:
        for sensor in own if template else ():
            spec.delete(sensor)
        return
    if own:
        return
    model = spec.compile()
    bodies = {body.name: body for body in spec.bodies}
    for number, (position, radius) in foot_bodies(model).items():
        name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_BODY, number)
        if name not in bodies:
            continue
        site = _unused_name(spec, f"touch_{name}")
        bodies[name].add_site(name=site, pos=position, size=[radius, radius, radius], group=4)
        spec.add_sensor(name=f"touch_{name}", type=_SENSOR.mjSENS_TOUCH, objtype=_SITE, objname=site)


def foot_bodies(model: Model) -> dict[int, tuple[NDArray[np.float64], float]]:
    """Return the bodies that a robot stands on at its start pose.

    Returns:
        Position (3,) in the frame of the body and radius, in m, of its lowest geom, by body.
    """
    data = mujoco.MjData(model)
    if model.nkey:
        mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_kinematics(model, data)
    low: dict[int, tuple[float, int]] = {}
    for geom in range(model.ngeom):
        if model.geom_contype[geom] or model.geom_conaffinity[geom]:
            body = int(model.geom_bodyid[geom])
            bottom = float(data.geom_xpos[geom, 2] - model.geom_rbound[geom])
            if body not in low or bottom < low[body][0]:
                low[body] = (bottom, geom)
    sole = min((bottom for bottom, _ in low.values()), default=0.0)
    return {
        body: (np.array(model.geom_pos[geom]), 1.1 * float(model.geom_rbound[geom]))
        for body, (bottom, geom) in sorted(low.items())
        if bottom <= sole + _FOOT_HEIGHT
    }


def _add_height_scan(spec: Any, body: Any, rays: int, size: float) -> None:
    """Add rangefinders on a square grid around the root, looking down, row by row from the rear."""
    if not rays:
        return
    line = np.linspace(-size / 2, size / 2, rays) if rays > 1 else np.zeros(1)
    for i, x in enumerate(line):
        for j, y in enumerate(line):
            name = f"scan_{i}_{j}"
            # the ray leaves along the site's z axis, so the site is rotated by 180 degrees about x
            body.add_site(name=name, pos=[x, y, 0.0], quat=[0, 1, 0, 0], size=[0.005] * 3, group=4)
            ray = spec.add_sensor(name=name, type=_SENSOR.mjSENS_RANGEFINDER, objtype=_SITE, objname=name)
            ray.intprm[0] = 1 << int(mujoco.mjtRayDataField.mjRAYDATA_DIST)
