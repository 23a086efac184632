"""One MuJoCo model for many variants with the same body structure; tables hold the values that differ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import EnvgenError
from envgen.core.heightfield import Floats
from envgen.rollout.bounding_volumes import BoundingVolumes
from envgen.rollout.stepper import STATE
from envgen.worlds.compiled.state import reset
from envgen.worlds.compiler import Model, borrow_data, capture_warnings

_HFIELD = int(mujoco.mjtGeom.mjGEOM_HFIELD)
SPARE_POS = (0.0, 0.0, -1000.0)
"""Position (m) of geoms that a variant does not use: they collide with nothing, nor do rays hit them."""
_SIZES = [
    "nq",
    "nv",
    "nu",
    "na",
    "nbody",
    "njnt",
    "nsite",
    "ncam",
    "nsensor",
    "nsensordata",
    "nuserdata",
    "nmocap",
    "ntendon",
    "nwrap",
    "neq",
    "npair",
    "nexclude",
    "nmesh",
    "nmeshvert",
    "nmeshface",
    "nskin",
    "nflex",
    "nplugin",
    "nkey",
    "nhfield",
    "nhistory",
]
"""Sizes that models of one structure share; geoms of the world and heightfields may differ."""
_STRUCTURE = [
    "body_parentid",
    "body_jntnum",
    "body_dofnum",
    "body_weldid",
    "jnt_type",
    "jnt_bodyid",
    "dof_parentid",
    "sensor_type",
    "sensor_objtype",
    "sensor_dim",
    "sensor_needstage",
    "actuator_trntype",
    "tendon_num",
    "eq_type",
]
_FAMILIES = tuple(
    f"{family}_"
    for family in [
        "body",
        "jnt",
        "dof",
        "geom",
        "site",
        "cam",
        "actuator",
        "sensor",
        "tendon",
        "wrap",
        "eq",
        "pair",
        "exclude",
        "mesh",
        "skin",
        "flex",
    ]
)
"""Prefixes of the names of model fields that may affect physics or sensors."""
_ELSEWHERE = ("body_geom", "body_bvh", "geom_bodyid", "mesh_bvh", "mesh_oct", "flex_bvh")
"""Prefixes of addresses and bounding volumes, which are merged separately."""
_LOOKS = {"geom_rgba", "geom_matid", "geom_group", "site_rgba", "site_matid", "site_group", "site_size"}
_OPTIONS = [
    "timestep",
    "impratio",
    "tolerance",
    "ls_tolerance",
    "noslip_tolerance",
    "ccd_tolerance",
    "gravity",
    "wind",
    "magnetic",
    "density",
    "viscosity",
    "o_margin",
    "o_solref",
    "o_solimp",
    "o_friction",
    "integrator",
    "cone",
    "jacobian",
    "solver",
    "iterations",
    "ls_iterations",
    "noslip_iterations",
    "ccd_iterations",
    "disableflags",
]


class NotPaddable(EnvgenError):
    """Models can't be padded into one; the message says why."""


def structure(model: Model) -> Hashable:
    """Return what models must have in common to be padded into one, as a key."""
    sizes = tuple(int(getattr(model, name, 0)) for name in _SIZES)
    arrays = tuple(np.asarray(getattr(model, name)).tobytes() for name in _STRUCTURE)
    # geom counts of all bodies except the world, whose geoms may differ in number
    return sizes, arrays, model.body_geomnum[1:].tobytes(), int(model.opt.enableflags)


@dataclass(frozen=True, eq=False)
class PaddedModel:
    """One model and the values in which each variant differs from it.

    Attributes:
        model: The model, with the heightfields of all variants and as many geoms of the world as the largest.
        tables: (variants, …) values by field of the model.
        fixed: (variants,) number of geoms of the world.
        start: (variants, k) start states (`mjSTATE_INTEGRATION`).
        derive: Whether constants that MuJoCo derives, such as the mean inertia, must be derived for each
            simulation, since no table can hold them.
    """

    model: Model
    tables: Mapping[str, NDArray[Any]]
    fixed: NDArray[np.intp]
    start: Floats
    derive: bool

    def geoms(self, variant: int, geoms: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the ids in the padded model of geoms of a variant."""
        spare = int(self.model.body_geomnum[0]) - self.fixed[variant]
        return np.where(geoms < self.fixed[variant], geoms, geoms + spare)


def pad(models: Sequence[Model], source: tuple[str, Mapping[str, bytes]]) -> PaddedModel:
    """Merge models of one structure into one.

    Args:
        models: The variants' own models.
        source: MJCF text and asset files of the model with the most geoms of the world.

    Raises:
        NotPaddable: They differ in more than values.
    """
    if len({structure(model) for model in models}) > 1:
        raise NotPaddable("the models differ in bodies, joints, sensors or memory", "Pad them in groups.")
    fixed = np.array([int(model.body_geomnum[0]) for model in models])
    largest = models[int(fixed.argmax())]
    volumes = BoundingVolumes(models, fixed.max() - fixed)
    merged, fields = _merge(models, source, volumes)
    if merged.ngeom != largest.ngeom:
        raise NotPaddable("the source is not of the largest model", "Give the text of the largest.")
    tables = _tables(models, merged, fixed, fields)
    tables["body_geomnum"] = np.array([model.body_geomnum for model in models])
    if not volumes.same:
        tables |= volumes.write(merged)
    inertia = [float(model.stat.meaninertia) for model in models]
    derive = max(inertia) - min(inertia) > 1e-9 * max(inertia)
    return PaddedModel(merged, tables, fixed, np.stack([start_state(m) for m in models]), derive)


def start_state(model: Model) -> Floats:
    """Return the start state of a model: keyframe 0 if there is one, else the reference pose."""
    state: Floats = np.zeros(mujoco.mj_stateSize(model, STATE))
    with borrow_data(model) as data:
        reset(model, data)
        mujoco.mj_getState(model, data, state, STATE)
    return state


def _merge(
    models: Sequence[Model], source: tuple[str, Mapping[str, bytes]], volumes: BoundingVolumes
) -> tuple[Model, list[NDArray[np.intp]]]:
    """Return a model with all heightfields (equal ones once) and, for each model, the ids of its own."""
    text, files = source
    spec = mujoco.MjSpec.from_string(text, assets=dict(files))
    known: dict[Hashable, int] = {}
    contents: list[NDArray[np.float32]] = []
    found = []
    first = models[0].nhfield
    for model in models:
        numbers = []
        for number in range(model.nhfield):
            nrow, ncol = int(model.hfield_nrow[number]), int(model.hfield_ncol[number])
            adr = int(model.hfield_adr[number])
            content = model.hfield_data[adr : adr + nrow * ncol]
            key = (nrow, ncol, content.tobytes(), model.hfield_size[number].tobytes())
            if key not in known:
                known[key] = first + len(contents)
                contents.append(content)
                field = spec.add_hfield(name=f"padded/{len(contents)}", nrow=nrow, ncol=ncol)
                field.size = model.hfield_size[number]
                field.userdata = np.zeros(nrow * ncol)
            numbers.append(known[key])
        found.append(np.array(numbers, dtype=np.intp))
    if not volumes.same:
        volumes.reserve(spec)
    spec.memory = max(int(model.narena) for model in models)
    try:
        with capture_warnings():
            merged = spec.compile()
    except ValueError as error:
        raise NotPaddable(f"MuJoCo can't compile the padded model: {error}", "Step each own model.") from None
    for number, content in enumerate(
        contents, first
    ):  # written after compiling, since the compiler would rescale it
        adr = int(merged.hfield_adr[number])
        merged.hfield_data[adr : adr + len(content)] = content
    return merged, found


def _tables(
    models: Sequence[Model], merged: Model, fixed: NDArray[np.intp], fields: Sequence[NDArray[np.intp]]
) -> dict[str, NDArray[Any]]:
    """Return the values of each field in which a model differs from the merged one."""
    names = [name for name in dir(merged) if name.startswith(_FAMILIES) and not name.startswith(_ELSEWHERE)]
    hidden = any(merged.sensor_type == int(mujoco.mjtSensor.mjSENS_RANGEFINDER))
    names = [name for name in names if name not in _LOOKS or (hidden and name in ("geom_rgba", "geom_matid"))]
    tables = {}
    for name in (*names, "qpos0", "qpos_spring"):
        base = getattr(merged, name)
        if not isinstance(base, np.ndarray):
            continue
        rows = [_row(name, base, model, int(count), own) for model, count, own in zip(models, fixed, fields)]
        if any(not np.array_equal(row, base) for row in rows):
            tables[name] = np.stack(rows)
    for name in _OPTIONS:
        values = [np.array(getattr(model.opt, name)) for model in models]
        if any(not np.array_equal(value, getattr(merged.opt, name)) for value in values):
            tables[name] = np.stack(values)
    return tables


def _row(name: str, base: NDArray[Any], model: Model, fixed: int, fields: NDArray[np.intp]) -> NDArray[Any]:
    """Return a field of a model in the layout of the merged one."""
    own = np.asarray(getattr(model, name))
    if name.startswith("mesh_") and len(own) < len(base):  # the mesh that reserves bounding volumes is last
        own = np.concatenate([own, base[len(own) :]])
    if not name.startswith("geom_"):
        if own.shape != base.shape:
            raise NotPaddable(f"the models differ in the size of {name}", "Pad them in groups.")
        return own
    row, spare = base.copy(), len(base) - len(own)
    row[:fixed], row[fixed + spare :] = own[:fixed], own[fixed:]
    if name == "geom_dataid" and len(fields):
        kinds = np.concatenate([model.geom_type[:fixed], np.full(spare, -1), model.geom_type[fixed:]])
        row[kinds == _HFIELD] = fields[row[kinds == _HFIELD]]
    unused = slice(fixed, fixed + spare)
    if name in ("geom_contype", "geom_conaffinity", "geom_rgba"):
        row[unused] = 0
    elif name == "geom_matid":
        row[unused] = -1
    elif name == "geom_pos":
        row[unused] = SPARE_POS
    return row
