"""The language of task terms against plain NumPy."""

from __future__ import annotations

import json

import mujoco
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from envgen.core.errors import EnvgenError
from envgen.tasks.expr import SOURCES, compiled, evaluate
from envgen.tasks.operators import OPERATORS

floats = st.floats(-1e3, 1e3, width=32).map(float)
WORLDS = 3


class Fake:
    """One agent in three worlds, with values that are easy to tell apart."""

    worlds = WORLDS

    def __init__(self, a=None, b=None):
        self._sensors = {"a": a, "b": b}

    def sensor(self, name):
        return self._sensors[name]

    def sensors(self, prefix):
        names = [name for name in self._sensors if name.startswith(prefix)]
        return np.concatenate([np.zeros((3, 0)), *(self._sensors[name] for name in names)], axis=1)

    def joint_pos(self):
        return np.array([[1.0, 2], [3, 4], [5, 6]])

    def joint_vel(self):
        return -self.joint_pos()

    def action(self):
        return np.full((3, 1), 0.5)

    def goal(self):
        return np.array([[1.0, 2, 3]] * 3)

    def object(self, number):
        return np.full((3, 3), float(number))

    def object_velocity(self, number):
        return np.full((3, 3), -float(number))

    def role(self, name):
        return np.full((3, 1), float(name == "chaser"))

    def start(self):
        return np.zeros((3, 3))

    def time(self):
        return np.array([[0.0], [1], [2]])

    def ground(self, xy):
        return xy[:, :1] + 10 * xy[:, 1:2]

    def constant(self, name):
        return np.full((3, 1), {"leg": 0.5}[name])

    def param(self, name):
        return np.array([[1.0], [2], [3]]) * {"speed": 1.0}[name]


NUMPY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: np.where(b == 0, 0, a / np.where(b == 0, 1, b)),
    "neg": lambda a: -a,
    "abs": np.fabs,
    "min": lambda a, b: np.where(a < b, a, b),
    "max": lambda a, b: np.where(a < b, b, a),
    "square": lambda a: a**2,
    "sqrt": lambda a: np.where(a > 0, np.abs(a), 0) ** 0.5,
    "exp": lambda a: np.e ** np.clip(a, None, 50),
    "lt": lambda a, b: (a < b) * 1.0,
    "gt": lambda a, b: (a > b) * 1.0,
    "and": lambda a, b: np.logical_and(a, b) * 1.0,
    "or": lambda a, b: np.logical_or(a, b) * 1.0,
    "not": lambda a: np.logical_not(a) * 1.0,
    "sum": lambda a: a.sum(axis=1)[:, None],
    "mean": lambda a: a.mean(axis=1)[:, None],
    "norm": lambda a: np.linalg.norm(a, axis=1)[:, None],
    "dot": lambda a, b: np.array([[float(np.dot(*np.broadcast_arrays(x, y)))] for x, y in zip(a, b)]),
}
"""Every operator written anew; `to_body` is compared with MuJoCo below."""
UNARY = {"neg", "abs", "square", "sqrt", "exp", "not", "sum", "mean", "norm"}


def test_every_operator_has_a_reference_here():
    assert set(NUMPY) | {"to_body"} == set(OPERATORS), "write the new operator down in NUMPY"


@pytest.mark.parametrize("op", sorted(NUMPY))
@given(data=st.data(), width=st.integers(1, 4), narrow=st.sampled_from(["", "a", "b"]))
def test_an_operator_does_what_numpy_does(op, data, width, narrow):
    def draw(key):
        shape = (WORLDS, 1 if key == narrow else width)
        return data.draw(hnp.arrays(float, shape, elements=st.sampled_from([0.0, 1.0, -2.5]) | floats))

    a, b = draw("a"), draw("b")
    args = (a,) if op in UNARY else (a, b)
    expr = [op, ["sensor", "a"]] if op in UNARY else [op, ["sensor", "a"], ["sensor", "b"]]
    got = evaluate(expr, Fake(a, b))
    expected = NUMPY[op](*args)
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-6)


@given(hnp.arrays(float, (WORLDS, 2), elements=st.floats(allow_nan=False, allow_infinity=False, width=32)))
def test_division_root_and_exponential_stay_finite(a):
    a = a.astype(float)
    for expr in (
        ["div", ["sensor", "a"], ["sub", ["sensor", "a"], ["sensor", "a"]]],
        ["div", ["sensor", "a"], 0],
        ["sqrt", ["sensor", "a"]],
        ["exp", ["sensor", "a"]],
    ):
        assert np.isfinite(evaluate(expr, Fake(a))).all()


@given(
    hnp.arrays(float, (WORLDS, 4), elements=st.floats(-1, 1)).filter(
        lambda q: (np.linalg.norm(q, axis=1) > 0.1).all()
    ),
    hnp.arrays(float, (WORLDS, 3), elements=st.floats(-10, 10)),
)
def test_to_body_is_mujocos_inverse_rotation(quats, vectors):
    quats = quats / np.linalg.norm(quats, axis=1, keepdims=True)
    expected = np.zeros((WORLDS, 3))
    for quat, vector, result in zip(quats, vectors, expected):
        inverse = np.zeros(4)
        mujoco.mju_negQuat(inverse, quat)
        mujoco.mju_rotVecQuat(result, vector, inverse)
    got = evaluate(["to_body", ["sensor", "a"], ["sensor", "b"]], Fake(quats, vectors))
    np.testing.assert_allclose(got, expected, atol=1e-9)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (2, [[2], [2], [2]]),
        (-0.5, [[-0.5]] * 3),
        (["joint_pos"], [[1, 2], [3, 4], [5, 6]]),
        (["joint_vel"], [[-1, -2], [-3, -4], [-5, -6]]),
        (["action"], [[0.5]] * 3),
        (["time"], [[0], [1], [2]]),
        (["start"], [[0, 0, 0]] * 3),
        (["object", 4], [[4, 4, 4]] * 3),
        (["object_velocity", 4], [[-4, -4, -4]] * 3),
        (["role", "chaser"], [[1]] * 3),
        (["role", "runner"], [[0]] * 3),
        (["sensors", "none_"], [[]] * 3),
        (["concat", ["time"], ["sensors", "none_"]], [[0], [1], [2]]),
        (["mean", ["sensors", "none_"]], [[0]] * 3),
        (["param", "speed"], [[1], [2], [3]]),
        (["constant", "leg"], [[0.5]] * 3),
        (["slice", ["goal"], 1, 3], [[2, 3]] * 3),
        (["slice", ["joint_pos"], 0, 1], [[1], [3], [5]]),
        (["concat", ["time"], 7, ["joint_pos"]], [[0, 7, 1, 2], [1, 7, 3, 4], [2, 7, 5, 6]]),
        (["ground", ["joint_pos"]], [[21], [43], [65]]),
        (["add", ["joint_pos"], ["param", "speed"]], [[2, 3], [5, 6], [8, 9]]),
        (["mul", ["add", 1, 2], ["time"]], [[0], [3], [6]]),
    ],
    ids=str,
)
def test_sources_and_structure(expr, expected):
    np.testing.assert_array_equal(evaluate(expr, Fake()), expected)
    np.testing.assert_array_equal(evaluate(json.loads(json.dumps(expr)), Fake()), expected)


def test_every_source_can_be_evaluated():
    args = {
        "sensor": ["a"], "sensors": ["a"], "ground": [["joint_pos"]], "constant": ["leg"], "param": ["speed"],
        "object": [0], "object_velocity": [1], "role": ["chaser"],
    }  # fmt: skip
    for source in SOURCES:
        value = evaluate([source, *args.get(source, [])], Fake(np.ones((3, 2))))
        assert value.shape[0] == WORLDS
        assert value.ndim == 2


@pytest.mark.parametrize("expr", [["pow", 1, 2], ["__class__"], ["worlds"], [""]], ids=str)
def test_an_unknown_operator_is_told(expr):
    with pytest.raises(EnvgenError) as caught:
        evaluate(expr, Fake())
    assert f"unknown operator {expr[0]!r}" in caught.value.cause
    assert caught.value.remedy


@pytest.mark.parametrize("expr", [[], [3], [["add", 1, 2]], [None], "time", None, {"add": [1, 2]}], ids=str)
def test_what_is_no_expression_is_told(expr):
    with pytest.raises(EnvgenError, match="an expression must be"):
        evaluate(expr, Fake())


def test_shared_parts_are_evaluated_once():
    counted = Fake(np.ones((3, 1)))
    calls = []
    counted.sensor = lambda name: calls.append(name) or np.ones((3, 1))
    part = ["sensor", "a"]
    memo: dict = {}
    evaluate(["add", part, part], counted, memo)
    evaluate(["neg", part], counted, memo)
    assert calls == ["a"]


def test_parts_written_alike_are_evaluated_once_in_all_terms():
    counted = Fake(np.ones((3, 1)))
    calls = []
    counted.sensor = lambda name: calls.append(name) or np.ones((3, 1))
    terms = compiled(json.loads('[["neg", ["sensor", "a"]], ["abs", ["sensor", "a"]], ["sensor", "a"]]'))
    memo: dict = {}
    assert [float(term(counted, memo)[0, 0]) for term in terms] == [-1, 1, 1]
    assert calls == ["a"]
    terms[0](counted, {})  # another state
    assert calls == ["a", "a"]


def test_columns_that_are_equal_but_no_whole_numbers_are_told():
    first = ["slice", ["joint_pos"], 0, 1]
    np.testing.assert_array_equal(evaluate(first, Fake()), [[1], [3], [5]])
    with pytest.raises(EnvgenError, match="can't be evaluated"):
        evaluate(["slice", ["joint_pos"], 0.0, 1.0], Fake())


def test_what_is_wrong_with_a_term_is_told_when_it_is_asked_for():
    fine, unknown, strange = compiled([1, ["add", 1, ["pow", 1, 2]], ["add", 1, object()]])
    assert fine(Fake(), {})[0, 0] == 1
    for term, cause in ((unknown, "unknown operator 'pow'"), (strange, "an expression must be")):
        for _ in range(2):
            with pytest.raises(EnvgenError, match=cause):
                term(Fake(), {})


class Player(Fake):
    """One of several agents in a row along x, in three worlds."""

    def __init__(self, players, number, asker=None):
        super().__init__(a=np.full((3, 1), float(number)))
        self.players, self.number, self.asker = players, number, asker
        x, team, _ = players[number]
        self.team = team
        self._sensors["root_pos"] = np.stack([np.array(x, dtype=float), np.zeros(3), np.zeros(3)], axis=1)

    def others(self, group):
        others = [Player(self.players, i, self) for i in range(len(self.players)) if i != self.number]
        if group == "others":
            return others
        return [o for o in others if (o.team == self.team) == (group == "teammates")]

    def asking(self):
        return self.asker or self

    def in_play(self):
        return np.array(self.players[self.number][2], dtype=float)[:, None]


X: list = ["slice", ["sensor", "root_pos"], 0, 1]
HERE = [1, 1, 1]
PLAYERS = [
    # x in the three worlds, team, in play in each
    ([0, 0, 0], "red", HERE),
    ([1, 9, 5], "red", HERE),
    ([-2, 4, -3], "blue", [1, 1, 0]),
    ([3, -1, 7], "blue", [1, 0, 0]),
]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (["nearest", "others", X], [1, 4, 5]),
        (["nearest", "teammates", X], [1, 9, 5]),
        (["nearest", "opponents", X], [-2, 4, 0]),  # in the last world no opponent is left: 0
        (["nearest", "opponents", ["sensor", "a"]], [2, 2, 0]),
        (["nearest", "opponents", ["sub", X, ["me", X]]], [-2, 4, 0]),
        (["nearest", "opponents", ["me", ["sensor", "a"]]], [0, 0, 0]),
        (["any", "opponents", ["gt", X, 2]], [1, 1, 0]),
        (["any", "opponents", ["lt", X, -1]], [1, 0, 0]),  # in the second the one who would is out
        (["all", "opponents", ["gt", X, 2]], [0, 1, 1]),  # in the last world there is none
        (["all", "others", ["lt", X, 4.5]], [1, 0, 0]),
        # a view in a view: `me` is who asked for the inner one
        (["any", "opponents", ["any", "opponents", ["gt", X, ["me", X]]]], [1, 1, 0]),
        (["me", X], [0, 0, 0]),
    ],
    ids=str,
)
def test_views_of_other_agents(expr, expected):
    np.testing.assert_array_equal(evaluate(expr, Player(PLAYERS, 0)), np.array(expected)[:, None])


def test_of_an_empty_group_nearest_is_as_wide_as_of_others():
    value = evaluate(["nearest", "opponents", ["sensor", "root_pos"]], Player(PLAYERS[:2], 0))
    np.testing.assert_array_equal(value, np.zeros((3, 3)))


def test_an_unknown_group_is_told():
    with pytest.raises(EnvgenError, match=r"unknown group 'enemies'.*opponents"):
        evaluate(["any", "enemies", 1], Player(PLAYERS, 0))
