"""Everything that a person may get wrong: a line of cause, a line of remedy, exit 2, and nothing written."""

from __future__ import annotations

import os

import pytest
from support.command_line import names

KINDS = [
    (
        "terrain.sub_terrains[0].kind=ruogh",
        "terrain.sub_terrains[0].kind: unknown terrain 'ruogh'",
        "'rough'?",
    ),
    ("robots[0].model=atn", "robots[0].model: unknown robot 'atn'", "Did you mean 'ant'? Known: ant,"),
    ("task.kind=wlak", "task.kind: unknown task 'wlak'", "Did you mean 'walk'? Known: climb,"),
    (
        'obstacles=[{"kind":"bxo","count":1}]',
        "obstacles[0].kind: unknown obstacle 'bxo'",
        "'box'? Known: ball,",
    ),
    ("terrain.sub_terrains[0].amplitud=1", "terrain 'rough' has no parameter 'amplitud'", "'amplitude'?"),
    (
        "terrain.layout=singel",
        "terrain.layout: 'singel' is not allowed",
        "Did you mean 'single'? Allowed: single",
    ),
    ("physics.fricton=1", "physics.fricton: unknown key 'fricton'", "Did you mean 'friction'? Known: fluid"),
    ("fysics.friction=1", "unknown key 'fysics'", "Did you mean 'physics'?"),
]
NUMBERS = [
    ("terrain.size=[-1,5]", "terrain.size[0]: -1 is out of range: allowed is 2 to 500 m"),
    ("terrain.size=[100000,5]", "terrain.size[0]: 100000 is out of range"),
    ("terrain.cell=0", "terrain.cell: "),
    ("terrain.cell=-1", "terrain.cell: "),
    ("terrain.cell=1e-300", "terrain.cell: "),
    ('terrain={"size":[100,100],"cell":0.01}', "a heightfield of 10000 x 10000 cells is over the bound"),
    ("difficulty=[1,0]", "difficulty: the range [1, 0] is upside down: write [0, 1]"),
    ("physics.friction=[1,0.5]", "the range [1, 0.5] is upside down: write [0.5, 1]"),
    ("physics.friction=NaN", "physics.friction: must be finite, got nan"),
    ("physics.friction=Infinity", "physics.friction: must be finite, got inf"),
    ("physics.friction=-Infinity", "physics.friction: must be finite, got -inf"),
    ("physics.friction=1e999", "physics.friction: must be finite, got inf"),
    ("physics.friction=-1", "physics.friction: -1 is out of range: allowed is 0 to 10"),
    ("physics.friction=true", "physics.friction: must be a number, [lo, hi]"),
    ("physics.friction=slippery", "physics.friction: must be a number, [lo, hi]"),
    ('physics.gravity={"loguniform":[0,2]}', "loguniform needs a lower bound above 0, not 0"),
    ('physics.gravity={"choice":[1,2],"weights":[1]}', "must be a list of 2 weights, got [1]"),
    ("robots[0].count=0", "robots[0].count: 0 is out of range: allowed is 1 to 64"),
    ("robots=[]", "robots: is empty, at least 1 element is needed"),
    (
        "name=../../etc",
        "name: must be lower-case words joined by hyphens, such as rough-ants, got '../../etc'",
    ),
    ("terrain.size=[nan,10]", "terrain.size: must be a list, got '[nan,10]'"),
    ("robots[0].team=5", "robots[0].team: must be a text, got 5"),
    ("schema=9", "schema: 9 is not allowed"),
    ('obstacles=[{"kind":"box"}]', "neither density nor count is given: give one of the two"),
    ('obstacles=[{"kind":"box","density":0.1,"count":3}]', "density and count are both given"),
    ('physics={"wind":[1,2,3],"fluid":"none"}', "wind needs a fluid"),
]
PATHS = [
    ("physics", "must be path=value, got 'physics'", "--set physics.gravity=1.62"),
    ("=3", "must be path=value, got '=3'", "--set physics.gravity=1.62"),
    ("", "must be path=value, got ''", "--set physics.gravity=1.62"),
    ("physics.=3", "must be names and indices, got 'physics.'", "robots[0].count"),
    ("robots[-1].count=3", "must be names and indices, got 'robots[-1].count'", "robots[*].count"),
    ("robots[9].count=3", "there is no element 9", "The list has 1"),
    ("robots.count=3", "'robots.count' must lead through tables, got [", "envgen schema"),
]


@pytest.mark.parametrize(("value", "cause", "remedy"), [*KINDS, *PATHS], ids=lambda v: v[:20])
def test_set_names_path_value_and_the_nearest_name(run, here, value, cause, remedy):
    run("make", "rough", "--set", value).refused(cause, remedy)
    assert names(here) == []


@pytest.mark.parametrize(("value", "cause"), NUMBERS, ids=lambda v: v[:24])
def test_set_refuses_numbers_out_of_range(run, here, value, cause):
    run("make", "rough", "--set", value).refused(cause)
    assert names(here) == []


@pytest.mark.parametrize(
    ("arguments", "cause", "remedy"),
    [
        ([""], "the prompt is empty", "Say what you want, such as 'rough terrain for ants'."),
        (["  \t\n "], "the prompt is empty", "rough terrain for ants"),
        (["?!?"], "nothing in the prompt is understood: '?!?'", "Name a robot, a terrain or a task"),
        (["rough " * 20_000], "the prompt has 120,000 characters", "write a parameter file"),
        (["rough", "--count", "0"], "count must be an integer from 1 to 1,000,000, got 0", "--count"),
        (["rough", "--count", "-5"], "count must be an integer from 1 to 1,000,000, got -5", "--count"),
        (["rough", "--count", str(10**12)], f"from 1 to 1,000,000, got {10**12}", "--count"),
        (["rough", "--count", "1000001"], "from 1 to 1,000,000, got 1000001", "--count"),
        (["rough", "--count", "abc"], "'abc' is not a valid integer", "See `envgen make --help`."),
        (["rough", "--count", "1.5"], "'1.5' is not a valid integer", "See `envgen make --help`."),
        (["rough", "--count", "NaN"], "'NaN' is not a valid integer", "See `envgen make --help`."),
        (["rough", "--seed", "-1"], "from 0 to 2^63 - 1, got -1", "--seed"),
        (["rough", "--seed", str(2**63)], f"from 0 to 2^63 - 1, got {2**63}", "--seed"),
        (["rough", "--jobs", "0"], "jobs must be an integer from 1 to 256, got 0", "--jobs"),
        (["rough", "--jobs", "100000"], "jobs must be an integer from 1 to 256, got 100000", "--jobs"),
        (["rough", "--out", ""], "the path is empty", "See `envgen make --help`."),
        (
            ["rough", "--sweep", "physics.friction"],
            "must be path=a,b,c",
            "--sweep physics.friction=0.1,0.5,1",
        ),
        (
            ["rough", "--sweep", "physics.friction="],
            "must be path=a,b,c",
            "--sweep physics.friction=0.1,0.5,1",
        ),
        (
            ["rough", "--sweep", "physics.friction=1,-1"],
            "--sweep: physics.friction: -1 is out of range",
            "envgen schema",
        ),
        (["rough", "--sweep", "nothing=1,2"], "unknown key 'nothing'", "Known: control"),
        (["missing.toml"], "there is no file missing.toml", "Give the path of a parameter file."),
        (["MISSING.JSON"], "there is no file MISSING.JSON", "Give the path of a parameter file."),
    ],
    ids=lambda v: " ".join(v)[:32] if isinstance(v, list) else "",
)
def test_make_refuses_before_it_writes(run, here, arguments, cause, remedy):
    run("make", *arguments).refused(cause, remedy)
    assert names(here) == []


FILES = {
    "broken.json": ('{"name": "a",', "broken.json is not valid JSON: Expecting property name"),
    "broken.toml": ("name = \n", "broken.toml is not valid TOML: Invalid value (at line 1"),
    "broken.yaml": ("a: [1,\nb: {", "broken.yaml is not valid YAML: while parsing"),
    "empty.json": ("", "empty.json is not valid JSON"),
    "list.json": ("[1]", "list.json must be a table of keys"),
    "word.yaml": ("hello", "word.yaml must be a table of keys"),
    "twice.json": ('{"name": "a", "name": "b"}', "the key 'name' is given twice"),
    "nan.json": ('{"physics": {"friction": NaN}}', "nan.json: physics.friction: must be finite, got nan"),
    "infinity.json": ('{"physics": {"friction": -Infinity}}', "physics.friction: must be finite, got -inf"),
    "large.json": ('{"physics": {"friction": 1e999}}', "physics.friction: must be finite, got inf"),
    "digits.json": ('{"physics": {"friction": 1' + "0" * 5000 + "}}", "digits.json is not valid JSON"),
    "nan.toml": ("[physics]\nfriction = nan\n", "nan.toml: physics.friction: must be finite, got nan"),
    "inf.toml": ("[physics]\nfriction = inf\n", "inf.toml: physics.friction: must be finite, got inf"),
    "nan.yaml": ("physics: {friction: .nan}\n", "nan.yaml: physics.friction: must be finite, got nan"),
    "inf.yml": ("physics: {friction: -.inf}\n", "inf.yml: physics.friction: must be finite, got -inf"),
    "unknown.json": ('{"terain": {}}', "unknown.json: terain: unknown key 'terain'"),
    "unknown.toml": ("[terrain]\nsise = [1, 2]\n", "unknown.toml: terrain.sise: unknown key 'sise'"),
    "kind.toml": ('[[terrain.sub_terrains]]\nkind = "ruogh"\n', "unknown terrain 'ruogh'"),
    "text.json": ('{"physics": {"gravity": "9.81"}}', "physics.gravity: must be a number, [lo, hi]"),
    "date.toml": ("[physics]\ngravity = 2020-01-01\n", "got datetime.date(2020, 1, 1)"),
    "number.yaml": ("1: 2\n", "must be a text, as all keys are, got 1"),
    "code.yaml": ('!!python/object/apply:os.system ["touch pwned"]', "code.yaml is not valid YAML"),
    "bomb.yaml": (
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{chr(98 + i)}: &{chr(98 + i)} [{','.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(9)),
        "bomb.yaml",
    ),
    "loop.yaml": ("&a [*a]\n", "loop.yaml is n"),
    "deep.json": ("[" * 100_000, "deep.json is nested too deeply"),
    "deep.toml": ("a = " + "[" * 5000, "deep.toml is nested too deeply"),
    "deep.yaml": ("[" * 5000, "deep.yaml is nested too deeply"),
    "long.json": ('{"prompt": "' + "x" * 4_000_001 + '"}', "long.json is over 4 MB"),
    "latin.toml": (b'name = "caf\xe9"\n', "latin.toml can't be read"),
    "binary.json": (b"\x00\x01", "binary.json is not valid JSON"),
    "prompt.txt": ("rough terrain", "prompt.txt must be a parameter file"),
    "robot.xml": ("<mujoco/>", "robot.xml must be a parameter file"),
}


@pytest.mark.parametrize("name", FILES)
def test_make_refuses_a_bad_file_by_its_name(run, here, name):
    content, cause = FILES[name]
    (here / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    run("make", name).refused(cause)
    assert names(here) == [name]


def test_a_pack_is_made_in_a_folder(run, here):
    run("make", "ant", "--out", "p.zip").refused(
        "--out must be a folder, got p.zip", "export FOLDER --format zip"
    )
    assert names(here) == []


def test_a_robot_alone_is_told_where_it_goes(run, here):
    (here / "robot.xml").write_text("<mujoco/>")
    run("make", "robot.xml").refused(
        "must be a parameter file, got .xml", 'into a prompt: "robot.xml on rough ground"'
    )


def test_a_folder_is_no_parameter_file(run, here):
    (here / "folder.toml").mkdir()
    run("make", "folder.toml").refused("folder.toml can't be read")
    assert names(here) == ["folder.toml"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_may_not_be_read(run, here):
    (here / "secret.toml").touch(0o000)
    run("make", "secret.toml").refused("secret.toml can't be read")
