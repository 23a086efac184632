"""Making packs on a real disk with a real process pool."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import mujoco
import pyarrow.parquet as pq
import pytest
from support.packs import CFG, SLOW, script, tree
from support.worlds import make_cfg, start

from envgen.core import cfgio
from envgen.core.errors import InputError
from envgen.core.overrides import Sweep
from envgen.packs import table
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.progress import MakeProgress, shortfall_error

pytestmark = pytest.mark.slow

# --- the same bytes -----------------------------------------------------------------------------


def test_two_runs_and_one_or_two_processes_give_the_same_bytes(undisturbed, tmp_path):
    make(CFG, SLOW, seed=5, out=tmp_path / "one", jobs=1)
    assert tree(tmp_path / "one") == tree(undisturbed)
    make(CFG, SLOW, seed=5, out=tmp_path / "three", jobs=3)
    assert tree(tmp_path / "three") == tree(undisturbed)


def test_a_process_of_its_own_with_another_hash_seed_gives_the_same_bytes(undisturbed, tmp_path):
    out = tmp_path / "other"
    subprocess.run(script(out), check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "123"})
    assert tree(out) == tree(undisturbed)


def test_the_first_of_many_are_those_of_few(undisturbed, tmp_path):
    few = make(CFG, 20, seed=5, out=tmp_path / "few", jobs=2)
    many = Pack.open(undisturbed)
    assert few.manifest["variants"] == many.manifest["variants"][:20]
    ours, theirs = tree(few.path / "variants"), tree(undisturbed / "variants")
    assert ours == {name: content for name, content in theirs.items() if int(name.split("/")[0]) < 20}
    head = {k: v for k, v in few.manifest.items() if k not in ("count", "variants")}
    assert head == {k: v for k, v in many.manifest.items() if k not in ("count", "variants")}


def test_another_seed_gives_other_worlds(undisturbed, tmp_path):
    other = make(CFG, 5, seed=6, out=tmp_path / "other", jobs=1)
    same = {v.files["terrain.bin"] for v in other} & {v.files["terrain.bin"] for v in Pack.open(undisturbed)}
    assert not same


def test_variants_differ_from_one_another(undisturbed):
    pack = Pack.open(undisturbed)
    assert len({v.xml.split("\n", 3)[3] for v in pack}) == SLOW
    assert len({v.difficulty for v in pack}) == SLOW


# --- what is in a pack --------------------------------------------------------------------------


def test_what_is_on_disk(undisturbed):
    names = sorted(p.name for p in undisturbed.iterdir())
    assert names == ["README.md", "pack.json", "variants", "variants.parquet"]
    assert sorted(p.name for p in (undisturbed / "variants").iterdir()) == [f"{i:05d}" for i in range(SLOW)]
    assert not [p for p in undisturbed.rglob("*") if p.name.startswith(".")]


def test_the_manifest_records_source_versions_and_variants(undisturbed):
    manifest = json.loads((undisturbed / "pack.json").read_text())
    assert manifest["schema"] == 1
    assert manifest["name"] == "test"
    assert manifest["seed"] == 5
    assert manifest["count"] == SLOW
    assert manifest["complete"] is True
    assert manifest["versions"]["mujoco"] == mujoco.__version__
    assert cfgio.parse(manifest["cfg"]) == CFG
    assert manifest["task"]["kind"] == "goal"
    assert [e["index"] for e in manifest["variants"]] == list(range(SLOW))
    for entry in manifest["variants"]:
        assert all(finding["ok"] for finding in entry["report"].values())
        assert entry["drawn"]["difficulty"] == entry["difficulty"]
        assert 0 <= entry["difficulty"] <= 0.6
        assert entry["draws"] >= 1


def test_the_table_holds_the_manifest(undisturbed):
    table = pq.read_table(undisturbed / "variants.parquet").to_pylist()
    manifest = json.loads((undisturbed / "pack.json").read_text())
    assert len(table) == SLOW
    for row, entry in zip(table, manifest["variants"]):
        assert row["index"] == entry["index"]
        assert row["difficulty"] == entry["difficulty"]
        assert row["drawn.terrain.amplitude"] == entry["drawn"]["terrain.amplitude"]
        assert row["report.speed"] == entry["report"]["speed"]["measured"]


def test_the_loader_in_the_readme_works(undisturbed):
    text = (undisturbed / "README.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    assert len(code.strip().splitlines()) <= 6
    subprocess.run([sys.executable, "-c", code], cwd=undisturbed, check=True, capture_output=True)


def test_every_world_loads_with_stock_mujoco_from_its_path(undisturbed):
    for folder in sorted((undisturbed / "variants").iterdir())[:10]:
        model = mujoco.MjModel.from_xml_path(str(folder / "env.xml"))
        assert mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_KEY, 0) == "home"
        data = start(model)
        mujoco.mj_step(model, data)
        assert data.warning.number.sum() == 0


def test_names_are_those_of_the_vocabulary(undisturbed):
    for variant in Pack.open(undisturbed)[:5]:
        world = variant.world()
        assert world.agents == variant.agents == ["ant_0"]
        for kind in ("body", "jnt", "geom", "site", "actuator", "sensor"):
            for name in world.names(kind):
                assert (
                    not name
                    or name == "world"
                    or name.split("/")[0] in ("ant_0", "terrain", "obstacle", "goal")
                )
        assert "terrain/ground" in world.geom_names
        assert "goal/0" in world.names("site")
        assert {f"obstacle/box_{i}" for i in range(3)} <= set(world.geom_names)


def test_the_header_of_a_world_says_where_it_comes_from(undisturbed):
    variant = Pack.open(undisturbed)[7]
    head = variant.xml[:600]
    assert 'model="test-00007"' in head
    assert "seed 5, index 7" in head
    assert f"difficulty {variant.difficulty}" in head


def test_a_prompt_cannot_break_out_of_the_comment(tmp_path):
    cfg = make_cfg(prompt="--> <worldbody/> <!-- ]]> \x07 & é --")
    pack = make(cfg, 1, out=tmp_path / "p", jobs=1)
    assert pack[0].model().nbody > 1
    assert pack.manifest["prompt"] == cfg.prompt


def test_a_long_comment_ends_between_words(tmp_path):
    pack = make(make_cfg(prompt="- a hill of 12.5 m -" * 40), 1, out=tmp_path / "p", jobs=1)
    line = next(line for line in pack[0].xml.splitlines() if "prompt:" in line)
    assert line.endswith((" of ... -->", " hill ... -->", " a ... -->", " 12.5 ... -->", " m - - ... -->"))
    assert len(line) < 330
    assert pack[0].model().nbody > 1


# --- sweeps -------------------------------------------------------------------------------------


def test_a_sweep_cycles_and_one_cycle_shares_its_draws(tmp_path):
    sweep = [Sweep("physics.friction", (0.1, 0.5, 1.0)), Sweep("physics.gravity", (1.62, 9.81))]
    cfg = make_cfg("rough", task={"kind": "stand"})
    pack = make(cfg, 12, out=tmp_path / "p", jobs=2, sweep=sweep)
    cells = [(v.drawn["physics.friction"], v.drawn["physics.gravity"]) for v in pack]
    assert cells == 2 * [(f, g) for f in (0.1, 0.5, 1.0) for g in (1.62, 9.81)]
    assert len({v.files["terrain.bin"] for v in pack[:6]}) == 1
    assert len({v.difficulty for v in pack[:6]}) == 1
    assert pack[0].files["terrain.bin"] != pack[6].files["terrain.bin"]
    for variant, (friction, gravity) in zip(pack, cells):
        model = variant.model()
        assert -model.opt.gravity[2] == pytest.approx(gravity)
        ground = mujoco.mj_name2id(model, mujoco.mjtObj.mjOBJ_GEOM, "terrain/ground")
        assert model.geom_friction[ground, 0] == pytest.approx(friction)
    assert pack.manifest["sweep"][0] == {"path": "physics.friction", "values": [0.1, 0.5, 1.0]}


def test_a_sweep_over_difficulty_and_kinds(tmp_path):
    sweep = [Sweep("terrain.sub_terrains[0].kind", ("rough", "waves")), Sweep("difficulty", (0.1, 0.4))]
    pack = make(make_cfg("rough"), 8, out=tmp_path / "p", jobs=1, sweep=sweep)
    counted = Counter((v.drawn["terrain.kind"], v.difficulty) for v in pack)
    assert counted == {(k, d): 2 for k in ("rough", "waves") for d in (0.1, 0.4)}


def test_a_sweep_that_breaks_the_schema_is_told_first(tmp_path):
    with pytest.raises(InputError, match=r"physics.friction: -1 is out of range"):
        make(CFG, 4, out=tmp_path / "p", sweep=[Sweep("physics.friction", (0.5, -1))])
    assert not (tmp_path / "p").exists()


def test_resume_of_a_sweep(tmp_path):
    sweep = [Sweep("physics.gravity", (1.62, 9.81))]
    cfg = make_cfg("rough")
    whole = make(cfg, 10, out=tmp_path / "whole", sweep=sweep, jobs=1)
    part = make(cfg, 4, out=tmp_path / "part", sweep=sweep, jobs=1)
    make(cfg, 10, out=part.path, sweep=sweep, resume=True, jobs=1)
    assert tree(part.path) == tree(whole.path)
    with pytest.raises(InputError, match="sweep"):
        make(cfg, 10, out=part.path, resume=True, jobs=1)


# --- from a file or prompt ----------------------------------------------------------------------


def test_from_a_parameter_file(tmp_path):
    path = tmp_path / "moon.toml"
    path.write_text('[physics]\ngravity = 1.62\n[[terrain.sub_terrains]]\nkind = "waves"\n')
    pack = make(str(path), 2, out=tmp_path / "p", jobs=1)
    assert pack.name == "moon"
    assert pack[0].model().opt.gravity[2] == -1.62


def test_a_dict_is_a_source_and_its_unknown_keys_are_refused(tmp_path):
    pack = make({"name": "own", "physics": {"gravity": 3}}, 1, out=tmp_path / "p", jobs=1)
    assert (pack.name, pack.cfg.physics.gravity) == ("own", 3)
    with pytest.raises(InputError, match="unknown key 'fysics'"):
        make({"fysics": {}}, 1, out=tmp_path / "q")


@pytest.mark.parametrize("source", [None, 3, ["rough"], b"rough", True])
def test_what_is_no_source(tmp_path, source):
    with pytest.raises(InputError, match="must be a prompt, file or configuration") as caught:
        make(source, 1, out=tmp_path / "p")
    assert "a dict of its keys" in caught.value.remedy
    assert not (tmp_path / "p").exists()


def test_a_shortfall_says_who_refused_most_and_in_the_singular(tmp_path):
    progress = MakeProgress(2, done=1, given_up=[(1, ("reachable", "no path", "Take fewer."))])
    progress.lost.update(reachable=9, stable=3)
    error = shortfall_error(progress, tmp_path)
    assert error.cause.startswith("1 variant can't be made: most draws were refused by the check 'reachable'")
    assert "(no path); all refusals: reachable 9, stable 3; 1 of 2 are kept" in error.cause
    assert error.remedy == "Take fewer."
    progress.lost["stable"] = 20
    assert "the last draw was refused by the check 'reachable'" in shortfall_error(progress, tmp_path).cause
    del progress.lost["stable"]
    assert "the check 'reachable' refused every draw (no path)" in shortfall_error(progress, tmp_path).cause


def test_from_a_prompt(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pack = make("3 worlds of rough terrain for ants", jobs=1)
    assert len(pack) == 3
    assert pack.path == Path("packs") / f"{pack.name}-s0"
    assert pack[0].agents == ["ant_0"]
    assert pack[0].drawn["terrain.kind"] == "rough"
    assert pack.manifest["prompt"] == "3 worlds of rough terrain for ants"


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("whole", [3, None, -(2**40), *range(9)]),
        ("number", [0.1, 2, None, float("inf")]),
        ("text", ["", "größer", None, 7, 2.5, "a" * 300]),
        ("text", ["ball", "box"]),
        ("number", [None, None]),
    ],
)
def test_columns_of_the_table_are_what_arrow_makes_of_them(kind, values):
    import pyarrow as pa

    of_kind = {"whole": (pa.int64(), int), "number": (pa.float64(), float), "text": (pa.string(), str)}
    arrow, cast = of_kind[kind]
    column = pa.Array.from_buffers(arrow, len(values), table._buffers(values, kind))
    column.validate(full=True)
    assert column.equals(pa.array([None if v is None else cast(v) for v in values], type=arrow))


def test_making_a_pack_does_not_import_pandas(tmp_path):
    code = (
        "import sys; from envgen.packs.make import make;"
        "make({'name': 'x'}, 2, out=sys.argv[1], jobs=1); sys.exit('pandas' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "p")], check=True)
    assert (tmp_path / "p" / "variants.parquet").exists()
