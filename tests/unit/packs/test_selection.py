"""Views of packs: filters, splits, tables, and that a view is a pack."""

from __future__ import annotations

import builtins
import operator
import sys
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.worlds import make_cfg

from envgen.core.errors import InputError
from envgen.core.overrides import Sweep
from envgen.packs.formats.base import FORMATS
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.packs.selection import columns as columns_module
from envgen.packs.selection.columns import Columns, short_name
from envgen.packs.selection.expression import condition
from envgen.rollout.rollout import Rollout

ROWS: list[dict[str, Any]] = [
    {
        "index": i,
        "difficulty": i / 10,
        "drawn.terrain.kind": ["stairs", "rough", "gap"][i % 3],
        "drawn.flag": i % 2 == 0,
        **({"drawn.obstacles[0].count": i} if i % 4 else {}),
        "drawn.mixed": "x" if i % 2 else 3,
    }
    for i in range(12)
]
COLUMNS = Columns(ROWS)


def kept(text: str) -> list[int]:
    holds = condition(text, COLUMNS)
    return [row["index"] for row in ROWS if holds(row)]


# --- the language -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("difficulty < 0.25", [0, 1, 2]),
        ("difficulty < 0.5 and terrain_kind == 'stairs'", [0, 3]),
        ("`terrain.kind` in ['gap', 'rough'] and index <= 4", [1, 2, 4]),
        ('terrain_kind not in ("gap", "rough") and not index > 3', [0, 3]),
        ("2 <= index < 4", [2, 3]),
        ("obstacles_0_count >= -1 and index < 6", [1, 2, 3, 5]),
        ("obstacles_0_count != 5 and index < 6", [1, 2, 3]),
        ("`obstacles[0].count` == 5", [5]),
        ("`drawn.obstacles[0].count` == 5", [5]),
        ("flag and index < 5", [0, 2, 4]),
        ("flag == False and index < 5", [1, 3]),
        ("mixed == 3 and index < 4", [0, 2]),
        ("mixed == 'x' and index < 4", [1, 3]),
        ("index in []", []),
        (" \n index\n==\t3 ", [3]),
        ("terrain_kind == 'a`b' or index == 1", [1]),
        ("'é' != terrain_kind and `terrain.kind` == 'gap' and index < 3", [2]),
    ],
)
def test_a_filter_keeps_what_it_states(text, expected):
    assert kept(text) == expected


@pytest.mark.parametrize(
    ("text", "position", "cause", "remedy"),
    [
        ("terain_kind == 'x'", 1, "unknown name 'terain_kind'", "terrain_kind"),
        ("index > 1 and dificulty < 1", 15, "unknown name 'dificulty'", "difficulty"),
        ("'é' == terrain_kind or zzz == 1", 24, "unknown name 'zzz'", "Known: difficulty, flag, index"),
        ("`terrain.kin` == 'x'", 1, "unknown name 'terrain.kin'", "terrain_kind"),
        (
            "terrain.kind == 'x'",
            1,
            "a column must be a plain name, got terrain.kind",
            "terrain_kind, or `terrain.kind`",
        ),
        ("difficulty < 'a'", 1, "difficulty is a number, 'a' is text", "quotes"),
        ("index == 1 and terrain_kind == 3", 16, "terrain_kind is text, 3 is a number", "quotes"),
        ("index in [1, 'a']", 14, "index is a number, 'a' is text", "quotes"),
        ("flag < True", 1, "can't compare them", "true and false have no order"),
        ("difficulty", 1, "not a condition", "=="),
        ("index = 1", 7, "invalid syntax", "Write =="),
        ("index == 1 & flag", 10, "& and | are not supported", "and"),
        ("index == 1 if flag else flag", 1, "if … else is not supported", "comparisons"),
        ("index + 1 == 2", 1, "arithmetic is not supported", "comparisons"),
        ("__import__('os').system('true') == 1", 1, "a call is not supported", "comparisons"),
        ("index.__class__ == 1", 1, "a column must be a plain name, got index.__class__", "index"),
        ("len(terrain_kind) == 1", 1, "a call is not supported", "comparisons"),
        ("(lambda: 1) == 1", 2, "a function is not supported", "comparisons"),
        ("f'{index}' == 'x'", 1, "an f-string is not supported", "comparisons"),
        ("index is 1", 10, "`is` is not supported", "=="),
        ("terrain_kind in 'rough'", 17, "after `in` there must be a list", "in ["),
        ("index in [index]", 11, "a list may hold numbers and quoted texts only", "'index'"),
        ("terrain_kind == 'rough", 17, "the quote is not closed", "same quote"),
        ("`terrain.kind == 'rough'", 1, "the backquote is not closed", "`terrain.kind`"),
        ("index == 1 # all", 12, "'#' is not allowed", "comparisons"),
        ("not " * 70 + "flag", 245, "nested deeper than 60", "flatter"),
    ],
)
def test_an_error_points_at_the_place(text, position, cause, remedy):
    with pytest.raises(InputError) as caught:
        condition(text, COLUMNS)
    assert f"character {position}: " in caught.value.cause
    assert cause in caught.value.cause
    assert remedy in caught.value.remedy


@pytest.mark.parametrize("text", ["", "  ", None, 3, "x" * 10_001])
def test_what_is_no_filter(text):
    with pytest.raises(InputError, match="a filter"):
        condition(text, COLUMNS)


def test_names_that_are_written_alike_must_be_told_apart():
    rows = [{"index": 0, "drawn.a.b": 1, "drawn.a_b": 2}]
    with pytest.raises(InputError, match=r"may be a\.b or a_b"):
        condition("a_b == 1", Columns(rows))
    assert condition("`a.b` == 1 and `a_b` == 2", Columns(rows))(rows[0])


OPERATORS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def column(key: str):
    """How a name is written, and its value in a row."""
    path = key.removeprefix("drawn.")
    return st.sampled_from([(short_name(path), key), (f"`{path}`", key)])


NUMBERS = st.sampled_from(["index", "difficulty", "drawn.obstacles[0].count"]).flatmap(column)
TEXTS = column("drawn.terrain.kind")
NUMBER = st.integers(-3, 13) | st.floats(-1, 13, allow_nan=False).map(lambda x: round(x, 2))
TEXT = st.sampled_from(["stairs", "rough", "gap", "it's", 'a "b"', "`", "é", "\\n"])


@st.composite
def comparisons(draw):
    numeric = draw(st.booleans())
    (name, key), literal = draw(NUMBERS if numeric else TEXTS), NUMBER if numeric else TEXT
    if draw(st.booleans()):
        values, negate = draw(st.lists(literal, max_size=3)), draw(st.booleans())
        text = f"{name} {'not in' if negate else 'in'} {values!r}"
        return text, lambda row: key in row and (row[key] in values) != negate
    symbol, value = draw(st.sampled_from(sorted(OPERATORS))), draw(literal)
    compare = OPERATORS[symbol]
    if draw(st.booleans()):
        return f"{name} {symbol} {value!r}", lambda row: key in row and compare(row[key], value)
    return f"{value!r} {symbol} {name}", lambda row: key in row and compare(value, row[key])


def joined(parts):
    (a, first), (b, second) = parts
    return st.sampled_from(
        [
            (f"({a}) and ({b})", lambda row: first(row) and second(row)),
            (f"({a}) or {b}", lambda row: first(row) or second(row)),
            (f"not ({a})", lambda row: not first(row)),
        ]
    )


EXPRESSIONS = st.recursive(comparisons(), lambda inner: st.tuples(inner, inner).flatmap(joined), max_leaves=6)


@given(EXPRESSIONS)
def test_random_expressions_agree_with_python(case):
    text, oracle = case
    assert kept(text) == [row["index"] for row in ROWS if oracle(row)]


WORDS = "index flag `terrain.kind` ` ' \" ( ) [ ] < == not and in - 1 1e9 0x . , : lambda = { } # 'gap' * é"
PIECES = st.sampled_from((*WORDS.split(" "), "\0", " ", "\n", "\\"))


@given(st.text(max_size=60) | st.lists(PIECES, max_size=14).map("".join) | st.lists(PIECES).map(" ".join))
def test_random_text_is_a_filter_or_an_input_error(text):
    try:
        holds = condition(text, COLUMNS)
    except InputError:
        pass
    else:
        assert {holds(row) for row in ROWS} <= {True, False}


HOSTILE = [
    "-" * 9000 + "index",
    "(" * 4000,
    "[" * 90,
    "not " * 2400,
    "index < " + "9" * 5000,
    "index < 0x" + "f" * 9000,
    "index<" * 1500 + "1",
    "a." * 4000 + "b",
    "'" + "x" * 9000 + "' == index",
    "\ud800",
    "index\0",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text(text):
    try:
        holds = condition(text, COLUMNS)
    except InputError:
        return
    for row in ROWS:
        holds(row)


def test_nothing_is_run(monkeypatch):
    for name in ("eval", "exec", "compile"):
        original = getattr(builtins, name)

        def refuse(*args, original=original, **more):
            # `ast.parse` is `compile` to a tree that isn't run
            assert original.__name__ == "compile"
            assert args[3] & 0x400
            return original(*args, **more)

        monkeypatch.setattr(builtins, name, refuse)
    assert kept("index == 3") == [3]


# --- views --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> Pack:
    cfg = make_cfg(
        {
            "size": [8, 8],
            "sub_terrains": [{"kind": "flat"}, {"kind": "rough"}, {"kind": "waves", "weight": 2}],
        },
        task={"kind": "walk"},
        control={"episode": 1.0},
        difficulty=[0, 0.4],
    )
    return make(cfg, 24, out=tmp_path_factory.mktemp("mixed") / "p", jobs=2)


def indices(pack) -> list[int]:
    return [variant.index for variant in pack]


def test_a_filtered_pack_is_a_pack(mixed):
    view = mixed.filter("terrain_kind == 'rough' and difficulty < 0.3")
    expected = [v.index for v in mixed if v.drawn["terrain.kind"] == "rough" and v.difficulty < 0.3]
    assert expected
    assert indices(view) == expected
    assert isinstance(view, Pack)
    assert len(view) == len(expected)
    assert view[-1].index == expected[-1]
    assert [v.index for v in view[:1]] == expected[:1]
    assert view.by_index(expected[0]).files == mixed[expected[0]].files
    view.verify()
    assert view.cfg == mixed.cfg
    assert view.stream_of(expected[0]) == mixed.stream_of(expected[0])
    assert "terrain_kind == 'rough'" in repr(view)
    assert f"{len(view)} variants" in view._repr_html_()
    rollout = Rollout(list(view))
    rollout.reset()
    assert rollout.indices.tolist() == expected
    missing = next(i for i in range(24) if i not in expected)
    with pytest.raises(InputError, match=f"this view of .* has no variant {missing}"):
        view.by_index(missing)


def test_views_of_views(mixed):
    first, _ = mixed.filter("terrain_kind != 'flat'").split(0.5, seed=3)
    again = first.filter("difficulty >= 0").filter("index < 12")
    assert set(indices(again)) <= set(indices(first))
    assert again.selection == (
        "terrain_kind != 'flat'",
        "split train=0.5 seed=3: train",
        "difficulty >= 0",
        "index < 12",
    )
    empty = again.filter("index < 0")
    assert not len(empty)
    assert list(empty) == []
    assert empty.to_table().num_rows == 0


@pytest.mark.parametrize("train", [0.5, 0.8, 0.01, 0.99])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_split_is_disjoint_and_the_same_again(mixed, train, seed):
    first, second = mixed.split(train, seed)
    assert sorted(indices(first) + indices(second)) == list(range(24))
    assert [indices(view) for view in mixed.split(train, seed)] == [indices(first), indices(second)]
    assert len(first) == min(max(round(train * 24), 1), 23)
    assert indices(first) != indices(mixed.split(train, seed + 1)[0])
    for kind in ("flat", "rough", "waves"):
        whole = sum(v.drawn["terrain.kind"] == kind for v in mixed)
        part = sum(v.drawn["terrain.kind"] == kind for v in first)
        assert abs(part - train * whole) < 1.5


def test_variants_of_one_draw_stay_together(tmp_path):
    sweep = [Sweep("physics.friction", (0.2, 0.6, 1.0))]
    pack = make(make_cfg("rough", size=8), 12, out=tmp_path / "p", jobs=1, sweep=sweep)
    first, second = pack.split(0.5, seed=1)
    streams = [{pack.stream_of(i) for i in indices(view)} for view in (first, second)]
    assert not streams[0] & streams[1]
    assert [len(first), len(second)] == [6, 6]
    with pytest.raises(InputError, match="can't be split in two"):
        pack.filter("index < 3").split()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"train": 0}, "train must be a share"),
        ({"train": 1.0}, "train must be a share"),
        ({"train": float("nan")}, "train must be a share"),
        ({"train": True}, "train must be a share"),
        ({"train": "0.8"}, "train must be a share"),
        ({"seed": -1}, "seed must be"),
        ({"seed": 0.5}, "seed must be"),
    ],
)
def test_a_split_that_is_not_possible(mixed, more, message):
    with pytest.raises(InputError, match=message):
        mixed.split(**more)


def test_the_table_is_that_of_the_pack(mixed):
    table = mixed.to_table()
    assert table.equals(pq.read_table(mixed.path / "variants.parquet"))
    frame = mixed.to_pandas()
    assert list(frame["index"]) == list(range(24))
    view = mixed.filter("terrain_kind == 'waves'")
    part = view.to_pandas()
    assert set(part["drawn.terrain.kind"]) == {"waves"}
    expected = frame[frame["drawn.terrain.kind"] == "waves"]["drawn.terrain.amplitude"]
    assert list(part["drawn.terrain.amplitude"]) == list(expected)


def test_without_pandas_it_is_told_what_to_install(mixed, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InputError) as caught:
        mixed.to_pandas()
    assert "pip install 'envgen[data]'" in caught.value.remedy
    assert "to_table" in caught.value.remedy


def test_a_view_is_exported_with_its_variants_only(mixed, tmp_path):
    view = mixed.filter("index in [3, 7, 11]")
    FORMATS.get("zip")().write(view, tmp_path / "v.zip", lambda done: None)
    FORMATS.get("mjb")().write(view, tmp_path / "mjb", lambda done: None)
    zipped = Pack.open(tmp_path / "v.zip")
    zipped.verify()
    assert indices(zipped) == [3, 7, 11]
    assert zipped.selection == view.selection
    assert zipped.to_table().equals(view.to_table())
    assert zipped.by_index(7).files == mixed[7].files
    assert b"\n3 MuJoCo environments" in zipped.store.read("README.md")
    assert sorted(p.name for p in (tmp_path / "mjb").glob("*.mjb")) == ["00003.mjb", "00007.mjb", "00011.mjb"]
    FORMATS.get("zip")().write(zipped, tmp_path / "again.zip", lambda done: None)
    assert indices(Pack.open(tmp_path / "again.zip")) == [3, 7, 11]


def test_remedies_name_some_of_many_columns(monkeypatch):
    monkeypatch.setattr(columns_module, "_SHOWN", 2)
    assert COLUMNS.suggest("qqqqq") == "Known: difficulty, flag and 4 more; see `pack.to_pandas().columns`."
