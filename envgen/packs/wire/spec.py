"""Binary frames between server and page, one variant a frame. TypeScript is generated from these types.

A frame is binary: `MAGIC`, the length of the header (both uint32, little endian), the header as JSON in
UTF-8, zero bytes up to a multiple of 8, then the blobs, each at a multiple of 8. The header is one of the
types in `HEADERS`; its `blobs` tell where each blob lies, counted from the first byte after the padding. So a
browser makes typed arrays on the received buffer without a copy.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

PROTOCOL = 1
"""Raised whenever a reader of the old kind would misread; both sides compare it at the handshake."""
MAGIC = 0x31564E45
"""`ENV1`."""
GEOM_COLUMNS = (
    "body",
    "type",
    "part",
    "agent",
    "mesh",
    *(f"size_{i}" for i in range(3)),
    *(f"pos_{i}" for i in range(3)),
    *(f"quat_{i}" for i in range(4)),
    *(f"rgba_{i}" for i in range(4)),
)
"""Columns of the blob `geoms`, float32 row by row: body that carries the geom; index into `GEOM_TYPES`; index
into `PARTS`; index of the agent or -1; index into `WorldSpec.meshes` or -1; MuJoCo's size (m); place (m) and
orientation (w, x, y, z) in the frame of that body; colour."""
GEOM_TYPES = ("plane", "hfield", "sphere", "capsule", "ellipsoid", "cylinder", "box", "mesh")
"""In the order of MuJoCo's mjtGeom."""
PARTS = ("terrain", "obstacle", "agent", "goal", "other")
POSE_COLUMNS = ("x", "y", "z", "spare", "qw", "qx", "qy", "qz")
"""Of a body in the pose buffer, float32: place (m) and orientation in the world."""


class Wire(BaseModel):
    """The base of all that is sent: closed and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Blob(Wire):
    """Position of a blob in its frame.

    Attributes:
        name: What it is.
        offset: In bytes after the header and its padding; a multiple of 8.
        length: In bytes.
    """

    name: str
    offset: int
    length: int


class SensorSpec(Wire):
    """Columns of a sensor in `sensordata`; its name is without the agent's prefix."""

    name: str
    adr: int
    dim: int


class RootJoint(Wire):
    """A joint by which a root moves: `free`, `ball`, `slide` or `hinge`; first index into qvel."""

    type: Literal["free", "ball", "slide", "hinge"]
    joint: int
    dof: int


class Gait(Wire):
    """An open-loop pattern: action j at time t is offset[j] + sum over k = 1, 2, … of
    cos[k - 1][j] cos(2 pi k f t) + sin[k - 1][j] sin(2 pi k f t), cut to [-1, 1].

    Attributes:
        frequency: f, in Hz.
        offset: (nu,)
        cos: (harmonics, nu)
        sin: (harmonics, nu)
    """

    frequency: float
    offset: list[float]
    cos: list[list[float]]
    sin: list[list[float]]


class ObservationTerm(Wire):
    """One term of an observation and how many numbers it has."""

    name: str
    size: int


class AgentSpec(Wire):
    """One agent: see `envgen.worlds.compiled.task_context.AgentLayout` for what the indices mean.

    Attributes:
        id: Agent id.
        robot: Name of its robot: its kind, `<source>:<name>` or the name of its file.
        team: Its team; the id where it plays for itself.
        role: `chaser`, `runner` or null.
        colour: Its colour on the page (r, g, b in 0 to 1).
        root: Its root body.
        root_joints: By which the root moves.
        bodies: All bodies of its robot: `mass_scale` is of these.
        sensors: In the order of the model.
        joint_pos: Indices into qpos, the root left out.
        joint_vel: Indices into qvel, the root left out.
        actuators: Indices into ctrl.
        actuator_names: Without the agent's prefix.
        low: Lower ends of the controls.
        high: Upper ends.
        home: Controls at the start.
        start: (3,) place of the root at the start, in m.
        goal: (3,) its goal, in m; empty without one.
        constants: Numbers that terms may name: leg, stand, radius, height, arena_x, arena_y.
        observation: Its terms in order; the sizes add up to the length of an observation.
        gait: The pattern for this robot, if there is one.
    """

    id: str
    robot: str
    team: str
    role: str | None
    colour: list[float]
    root: int
    root_joints: list[RootJoint]
    bodies: list[int]
    sensors: list[SensorSpec]
    joint_pos: list[int]
    joint_vel: list[int]
    actuators: list[int]
    actuator_names: list[str]
    low: list[float]
    high: list[float]
    home: list[float]
    start: list[float]
    goal: list[float]
    constants: dict[str, float]
    observation: list[ObservationTerm]
    gait: Gait | None


class ObjectSpec(Wire):
    """A body that the task moves: first index into qpos and qvel, centre of mass in its own frame (m)."""

    name: str
    pos: int
    vel: int
    centre: list[float]


class GroundSpec(Wire):
    """The ground map: blob `heights`, float32 (nrow, ncol) in m, looked up bilinearly.

    Attributes:
        nrow: Rows, along y.
        ncol: Columns, along x.
        cell: (x, y) size of a cell, in m.
        origin: (x, y) of the first sample, in m.
    """

    nrow: int
    ncol: int
    cell: list[float]
    origin: list[float]


class Randomize(Wire):
    """`EnvCfg.randomize` with what it needs, drawn at each reset; see `envgen.rollout.randomize`.

    Attributes:
        settings: Number or distribution (as in an EnvCfg) by key.
        seed: Of the pack, as text: it may exceed 2^53.
        stream: Number of the draw of the variant.
        friction_geoms: Geoms whose sliding friction is scaled.
        buoyant: Whether gravity compensation is buoyancy, which mass does not change.
    """

    settings: dict[str, Any]
    seed: str
    stream: int
    friction_geoms: list[int]
    buoyant: bool


class FindingSpec(Wire):
    """One line of the report of validation."""

    check: str
    ok: bool
    measured: Any
    bound: Any
    unit: str | None


class WorldSpec(Wire):
    """The header of a variant's frame.

    Blobs: `model` (MJB, or the MJCF where `format` is `xml`, with each file that it names as a blob
    `file:<name>`), `heights` (float32, see `GroundSpec`), `geoms` (float32, see `GEOM_COLUMNS`).

    Attributes:
        kind: `world`.
        format: Of the blob `model`; `xml` where the page has another version of MuJoCo.
        index: Of the variant in its pack.
        difficulty: 0 to 1.
        draws: Draws it took.
        drawn: What was drawn, by path.
        report: What validation found.
        notes: What a user should know.
        timestep: Of physics, in s.
        rk4: Whether its integrator is RK4, whose steps can't be halved.
        frame_skip: Physics steps of a control step.
        episode: Length of an episode, in s.
        nbody: Bodies, the world included: rows of its poses.
        arena: (x, y) extent, in m.
        agents: In the order of the model.
        objects: Bodies that the task moves.
        params: Parameters of the task, as drawn.
        ground: The ground map.
        randomize: What is drawn at resets.
        meshes: Ids of the mesh frames that its geoms refer to.
        blobs: Where the blobs lie.
    """

    kind: Literal["world"] = "world"
    format: Literal["mjb", "xml"]
    index: int
    difficulty: float
    draws: int
    drawn: dict[str, Any]
    report: list[FindingSpec]
    notes: list[str]
    timestep: float
    rk4: bool
    frame_skip: int
    episode: float
    nbody: int
    arena: list[float]
    agents: list[AgentSpec]
    objects: list[ObjectSpec]
    params: dict[str, float]
    ground: GroundSpec
    randomize: Randomize
    meshes: list[str]
    blobs: list[Blob]


class MeshSpec(Wire):
    """The header of a mesh's frame, sent once before the first world that refers to it.

    Blobs: `vertices` (float32 (n, 3) in m, in the frame of its geoms), `faces` (uint32 (m, 3)), `normals`
    (float32 (n, 3)).
    """

    kind: Literal["mesh"] = "mesh"
    id: str
    blobs: list[Blob]


class TermSpec(Wire):
    """A term of the task: see `envgen.tasks.expr` for the language of `expr`; `weight` and `per` of a
    reward, `at` of the success.
    """

    name: str
    expr: Any
    weight: Any = None
    per: Literal["step", "second"] = "step"
    at: Literal["once", "end"] = "once"


class TaskSpec(Wire):
    """The task as it is in pack.json, the same for all variants."""

    kind: str
    goals: Literal["agent", "team", "shared"]
    objects: list[str]
    observation: list[TermSpec]
    reward: list[TermSpec]
    terminated: list[TermSpec]
    success: TermSpec
    truncated: list[TermSpec] = []


HEADERS: tuple[type[Wire], ...] = (WorldSpec, MeshSpec)
