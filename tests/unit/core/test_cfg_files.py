from __future__ import annotations

import time

import pytest

from envgen.core import cfgio
from envgen.core.errors import InputError

# --- any EnvCfg there can be -------------------------------------------------------------------


def test_a_file_lends_its_name(tmp_path):
    path = tmp_path / "My Ice Rink.toml"
    path.write_text("[physics]\nfriction = 0.1\n")
    cfg = cfgio.load(path)
    assert cfg.name == "my-ice-rink"
    assert cfg.physics.friction == 0.1


@pytest.mark.parametrize("name", ["empty.toml", "empty.yaml", "empty.yml"])
@pytest.mark.parametrize("text", ["", "# all by default\n"])
def test_an_empty_file_is_all_defaults(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert cfgio.load(tmp_path / name) == cfgio.parse({"name": "empty"})


def test_a_free_normal_is_written_back_as_it_was_read():
    data = {"normal": [0.1, 0.5]}
    cfg = cfgio.parse({"physics": {"friction": data}, "robots": [{"params": {"legs": {"normal": [5, 2]}}}]})
    assert cfgio.dump(cfg)["physics"]["friction"] == data
    assert cfgio.dump(cfg)["robots"][0]["params"]["legs"] == {"normal": [5, 2]}
    assert cfgio.parse({"robots": [{"params": dict(cfg.robots[0].params)}]}).robots == cfg.robots


def test_a_byte_order_mark_is_no_harm(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"\xef\xbb\xbf{}")
    assert cfgio.load(path).name == "a"


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("a.json", "{", "is not valid JSON: Expecting"),
        ("a.json", '{"name": "a", "name": "b"}', "the key 'name' is given twice"),
        ("a.json", '{"physics": {"gravity": 1, "gravity": 2}}', "the key 'gravity' is given twice"),
        ("a.yaml", "name: a\nname: b\n", "twice"),
        ("a.yaml", "physics: {gravity: 1, gravity: 2}", "twice"),
        ("a.toml", 'name = "a"\nname = "b"\n', "is not valid TOML"),
        ("a.json", '{"physics": {"gravity": NaN}}', "must be finite, got nan"),
        ("a.json", '{"physics": {"gravity": 1e999}}', "must be finite, got inf"),
        ("a.yaml", "physics: {gravity: .inf}", "must be finite, got inf"),
        ("a.toml", "[physics]\ngravity = nan", "must be finite, got nan"),
        ("a.toml", "a = [", "is not valid TOML"),
        ("a.yaml", "a: [", "is not valid YAML"),
        ("a.yaml", "!!python/object/apply:os.system ['true']", "is not valid YAML"),
        ("a.yaml", "1: 2", ""),
        ("a.yaml", "[]", "must be a table"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.yaml", "[" * 20_000, "nested too deeply"),
        ("a.toml", "a = " + "[" * 20_000, ""),
        ("a.json", '{"a":' * 50_000 + "1" + "}" * 50_000, "nested too deeply"),
        ("a.txt", "{}", "must be a parameter file"),
        ("a.json", '"\ud800"', ""),
    ],
    ids=lambda v: v[:30] if isinstance(v, str) else None,
)
def test_broken_files(tmp_path, name, text, cause):
    path = tmp_path / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(InputError) as caught:
        cfgio.load(path)
    assert cause in caught.value.cause
    assert path.name in caught.value.cause
    assert "\n" not in caught.value.cause
    assert len(caught.value.cause) < 600


def test_a_yaml_bomb_is_refused_at_once(tmp_path):
    """Nine levels of ten aliases: a billion nodes when written out, kilobytes in the file."""
    lines = ['a0: &a0 ["x","x","x","x","x","x","x","x","x","x"]']
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 10)]
    for text in ("\n".join(lines), "\n".join([*lines, "difficulty: *a9"])):
        path = tmp_path / "bomb.yaml"
        path.write_text(text)
        began = time.perf_counter()
        with pytest.raises(InputError, match="expand to more than"):
            cfgio.load(path)
        assert time.perf_counter() - began < 2


def test_yaml_aliases_may_share(tmp_path):
    path = tmp_path / "shared.yaml"
    path.write_text("obstacles: [&a {kind: box, count: 2}, *a, {<<: *a, kind: log}]\n")
    assert [(o.kind, o.count) for o in cfgio.load(path).obstacles] == [("box", 2), ("box", 2), ("log", 2)]


def test_a_yaml_that_contains_itself(tmp_path):
    path = tmp_path / "self.yaml"
    path.write_text("obstacles: &a [*a]\n")
    with pytest.raises(InputError):
        cfgio.load(path)


def test_missing_unreadable_and_large_files(tmp_path):
    with pytest.raises(InputError, match="there is no file"):
        cfgio.load(tmp_path / "a.toml")
    with pytest.raises(InputError, match="can't be read"):
        cfgio.load(tmp_path)
    (tmp_path / "b.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="can't be read"):
        cfgio.load(tmp_path / "b.toml")
    (tmp_path / "c.json").write_text(" " * 4_000_001)
    with pytest.raises(InputError, match="is over 4 MB"):
        cfgio.load(tmp_path / "c.json")
