"""Policies as ONNX: real files are written, checked against an agent, and run."""

from __future__ import annotations

import itertools
import json
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from envgen.catalog import policies
from envgen.core.errors import InputError
from envgen.packs.make import make
from envgen.policies import onnx_file
from envgen.policies.base import AgentInterface, PolicyInput, PolicyName
from envgen.policies.listing import list_gaits, list_networks
from envgen.policies.onnx_header import load_onnx
from envgen.rollout.policies import bind, interface
from envgen.rollout.rollout import Rollout

INTERFACE = AgentInterface(
    "mote", "walk", (("height", 1), ("scan", 0), ("joint_pos", 2)), ("a", "b"), (-1.0, -1.0), (1.0, 1.0)
)


def layers(interface, hidden=5, seed=0):
    rng = np.random.default_rng(seed)
    sizes = [interface.observed, hidden, len(interface.actuators)]
    return (
        [rng.normal(0, 0.5, pair) for pair in itertools.pairwise(sizes)],
        [rng.normal(0, 0.3, size) for size in sizes[1:]],
    )


def content(interface=INTERFACE, meta=None, hidden=5, **more):
    meta = onnx_file.metadata(interface.robot, interface.task, interface.observation) | (meta or {})
    weights, biases = layers(interface, hidden)
    return onnx_file.mlp(weights, biases, meta=meta, **more)


def bare(obs=("N", 3), action=("N", 2), kind=TensorProto.FLOAT, names=("obs", "action"), meta=None):
    """A network of any declared shape; what it computes doesn't matter."""
    graph = helper.make_graph(
        [helper.make_node("Identity", [names[0]], [names[1]])],
        "bare",
        [helper.make_tensor_value_info(names[0], kind, obs)],
        [helper.make_tensor_value_info(names[1], kind, action)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    known = onnx_file.metadata(INTERFACE.robot, INTERFACE.task, INTERFACE.observation)
    helper.set_model_props(model, known if meta is None else meta)
    return model.SerializeToString()


def policy_input(observation):
    rows = len(observation)
    zeros = np.zeros(rows, dtype=np.int64)
    return PolicyInput(np.asarray(observation, dtype=float), np.zeros(rows), zeros, zeros, zeros, zeros)


def bound(tmp_path, data, interface=INTERFACE, name="p.onnx"):
    path = tmp_path / name
    path.write_bytes(data)
    return PolicyName.parse(str(path)).bind(interface)


@pytest.mark.parametrize(
    ("activation", "act"),
    [
        ("tanh", np.tanh),
        ("relu", lambda x: np.maximum(x, 0)),
        ("elu", lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0)))),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x))),
    ],
)
@pytest.mark.parametrize("squash", [False, True])
def test_a_written_network_computes_the_formula(tmp_path, activation, act, squash):
    rng = np.random.default_rng(1)
    mean, std = rng.normal(size=3), np.array([0.5, 2.0, 0.01])
    policy = bound(tmp_path, content(mean=mean, std=std, clip=4.0, activation=activation, squash=squash))
    weights, biases = layers(INTERFACE)
    observation = rng.normal(0, 2, (300, 3))
    x = np.clip((observation - mean) / std, -4, 4)
    y = act(x @ weights[0] + biases[0]) @ weights[1] + biases[1]
    np.testing.assert_allclose(
        policy(policy_input(observation)), np.tanh(y) if squash else np.clip(y, -1, 1), atol=1e-5
    )
    assert policy(policy_input(np.zeros((0, 3)))).shape == (0, 2)


def test_a_batch_gives_what_each_row_gives_alone(tmp_path):
    policy = bound(tmp_path, content())
    observation = np.random.default_rng(2).normal(size=(50, 3))
    together = policy(policy_input(observation))
    for i in range(50):
        np.testing.assert_allclose(together[[i]], policy(policy_input(observation[[i]])), atol=1e-6)


def test_the_header_is_what_the_onnx_library_reads(tmp_path):
    (tmp_path / "p.onnx").write_bytes(content())
    _, header = load_onnx(tmp_path / "p.onnx")
    model = onnx.load(str(tmp_path / "p.onnx"))
    onnx.checker.check_model(model, full_check=True)
    assert header.metadata == {entry.key: entry.value for entry in model.metadata_props}
    assert [str(tensor) for tensor in header.inputs] == ["obs (N, 3)"]
    assert [str(tensor) for tensor in header.outputs] == ["action (N, 2)"]
    assert header.observation == [("height", 1), ("joint_pos", 2)]


# --- what is refused ------------------------------------------------------------------------------

META = onnx_file.metadata("mote", "walk", INTERFACE.observation)


@pytest.mark.parametrize(
    ("data", "cause", "remedy"),
    [
        (b"", "must be a whole ONNX file", "Export the policy again"),
        (b"not a network at all", "must be a whole ONNX file", "Export the policy again"),
        (content()[:-40], "must be a whole ONNX file", "Export the policy again"),
        (
            bare(meta={}),
            "lacks the metadata envgen.robot, envgen.task, envgen.obs",
            "annotate",
        ),
        (content(meta={"envgen.version": "7.1"}), "is of a later envgen, '7.1'", "Upgrade envgen."),
        (
            content(meta={"envgen.robot": "ant"}),
            "is for the robot 'ant', but this agent's is 'mote'",
            "trained for",
        ),
        (
            content(meta={"envgen.task": "goal"}),
            "is for the task 'goal', but this agent's is 'walk'",
            "trained for",
        ),
        (
            content(meta={"envgen.obs": "height"}),
            "envgen.obs must be a list of terms",
            'such as [["height", 1]',
        ),
        (content(meta={"envgen.obs": "3"}), "envgen.obs must be a list of terms", "JSON"),
        (
            content(meta={"envgen.obs": json.dumps([["height", 1], ["joint_vel", 2]])}),
            "observes other terms than this agent: term 2 is joint_vel (2), not joint_pos (2)",
            "the agent gives height (1), joint_pos (2) (3 numbers)",
        ),
        (
            content(meta={"envgen.obs": json.dumps([["height", 1]])}),
            "observes other terms than this agent: it has 1 terms, not 2",
            "The network takes height (1) (1 numbers)",
        ),
        (bare(obs=("N", 4)), "has the input obs (N, 4); needed is one input, obs (N, 3)", "Export it with"),
        (bare(obs=(1, 3)), "has the input obs (1, 3); needed is", "N free"),
        (
            bare(action=("N", 8)),
            "has the output action (N, 8); needed is one output, action (N",
            "Export",
        ),
        (bare(kind=TensorProto.DOUBLE), "has the input obs (N, 3) of type 11", "of float32"),
        (bare(names=("x", "action")), "has the inputs x (N, 3)", "one input, obs (N, 3)"),
        (bare(names=("obs", "y")), "has the outputs y (N, 2)", "one output, action (N, 2)"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path, data, cause, remedy):
    with pytest.raises(InputError) as caught:
        bound(tmp_path, data)
    assert cause in caught.value.cause
    assert str(tmp_path) in caught.value.cause
    assert remedy in caught.value.remedy


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError) as caught:
        PolicyName.parse(str(tmp_path / "none.onnx")).bind(INTERFACE)
    assert "can't be read: No such file" in caught.value.cause
    with pytest.raises(InputError) as caught:
        PolicyName.parse("onnx:none").bind(INTERFACE)
    assert caught.value.cause == "there is no network 'none'"
    with pytest.raises(InputError, match="can't be read"):
        PolicyName.parse(f"onnx:{tmp_path}.onnx").bind(INTERFACE)


def test_a_network_that_does_not_hold_together_is_told(tmp_path):
    """Declared shapes may lie: Identity gives 3 numbers where 2 are declared."""
    with pytest.raises(InputError) as caught:
        bound(tmp_path, bare())(policy_input(np.zeros((4, 3))))
    assert "can't be loaded" in caught.value.cause or "gave actions of shape (4, 3)" in caught.value.cause


def test_a_file_of_noise_never_escapes_as_another_error(tmp_path, capfd):
    good, rng, refused = content(hidden=400), np.random.default_rng(0), 0
    for _ in range(300):
        data = bytearray(good)
        for at in rng.integers(0, len(data), 4):
            data[at] = rng.integers(0, 256)
        try:
            bound(tmp_path, bytes(data))(policy_input(np.zeros((2, 3))))
        except InputError:
            refused += 1
    assert 0 < refused < 300  # most bytes are weights
    assert capfd.readouterr() == ("", "")


def test_without_the_runtime_it_is_told_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(InputError) as caught:
        bound(tmp_path, content(meta={"only": "once"}))
    assert "pip install 'envgen[onnx]'" in caught.value.remedy
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(InputError) as caught:
        content()
    assert "pip install 'envgen[onnx]'" in caught.value.remedy


@pytest.mark.parametrize(
    ("weights", "biases", "more", "cause"),
    [
        ([], [], {}, "weights and biases must be as many, got 0 and 0"),
        ([np.ones((3, 2))], [np.ones(3)], {}, "layer 0 has weights (3, 2) and biases (3,)"),
        ([np.ones((3, 4)), np.ones((5, 2))], [np.ones(4), np.ones(2)], {}, "layer 1 has weights (5, 2)"),
        ([np.full((3, 2), np.nan)], [np.ones(2)], {}, "the weights and biases of layer 0 must be finite"),
        ([np.ones((3, 2))], [np.ones(2)], {"mean": np.zeros(4)}, "mean (4,) and std (3,) don't fit 3 inputs"),
        ([np.ones((3, 2))], [np.ones(2)], {"activation": "swish"}, "unknown activation 'swish'"),
    ],
)
def test_weights_that_make_no_network_are_refused(weights, biases, more, cause):
    with pytest.raises(InputError) as caught:
        onnx_file.mlp(weights, biases, meta=META, **more)
    assert caught.value.cause.startswith(cause)


def test_a_network_of_another_library_gets_its_metadata(tmp_path):
    path = tmp_path / "other.onnx"
    data = onnx_file.mlp(*layers(INTERFACE), meta={"author": "someone"})
    path.write_bytes(data)
    onnx_file.annotate(path, META)
    assert load_onnx(path)[1].metadata == {"author": "someone", **META}
    assert PolicyName.parse(str(path)).bind(INTERFACE)
    path.write_bytes(b"x")
    with pytest.raises(InputError, match="can't be read"):
        onnx_file.annotate(path, META)


# --- in a rollout ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    cfg = {
        "name": "onnx",
        "terrain": {"size": [12, 12], "sub_terrains": [{"kind": "rough"}]},
        "robots": [{"model": "ant", "count": 2}],
        "task": {"kind": "walk"},
    }
    return make(cfg, 2, out=tmp_path_factory.mktemp("onnx") / "pack", jobs=1)


def test_agents_and_worlds_are_one_batch(pack, tmp_path, monkeypatch):
    rollout = Rollout(list(pack))
    path = tmp_path / "ant.onnx"
    path.write_bytes(content(interface(rollout, "ant_0")))
    policies = bind(rollout, {"*": str(path)})
    assert len(policies._batches) == 1
    result = rollout.reset()
    for _ in range(3):
        actions = policies(result)
        result = rollout.step(actions)
    weights, biases = layers(interface(rollout, "ant_0"))
    actions = policies(result)
    for agent in rollout.agents:
        x = np.clip(result[agent].observation, -10, 10)
        y = np.tanh(x @ weights[0] + biases[0]) @ weights[1] + biases[1]
        np.testing.assert_allclose(actions[agent], y.clip(-1, 1), atol=1e-5)


def test_a_folder_of_the_user_is_listed_with_what_is_wrong_in_it(tmp_path, monkeypatch):
    monkeypatch.setenv("ENVGEN_POLICIES", str(tmp_path))
    (tmp_path / "mine.onnx").write_bytes(content())
    (tmp_path / "broken.onnx").write_bytes(b"x")
    found = {entry["name"]: entry for entry in list_networks()}
    assert (found["mine"]["robot"], found["mine"]["task"], found["mine"]["error"]) == ("mote", "walk", None)
    assert "must be a whole ONNX file" in found["broken"]["error"]
    assert PolicyName.parse("onnx:mine").bind(INTERFACE)
    (tmp_path / "cart.toml").write_text("[tool]\n")
    (cart,) = [entry for entry in list_gaits() if entry["robot"] == "cart"]
    assert "unknown key 'tool'" in cart["error"]
    facts = [fact for kind in policies() for fact in kind["facts"]]
    assert any(fact.startswith("cart: ") and "unknown key 'tool'" in fact for fact in facts)
    assert any(fact.startswith("broken: ") and "must be a whole ONNX file" in fact for fact in facts)


@pytest.mark.parametrize(
    ("robot", "difficulty", "slowest", "falls"),
    [
        ("ant", [0.1, 0.5], 0.85, 0),
        ("biped", [0.0, 0.3], 0.85, 1),
        ("hopper", [0.0, 0.3], 0.8, 1),
        ("humanoid", [0.0, 0.3], 0.05, 2),
        ("walker2d", [0.0, 0.3], 0.8, 1),
    ],
)
def test_a_walking_policy_walks_on_rough_ground(tmp_path, robot, difficulty, slowest, falls):
    """Towards the commanded speed, upright, and better than the gait of which it was made."""
    cfg = {
        "name": "walk",
        "terrain": {"size": [40, 40], "cell": 0.2, "sub_terrains": [{"kind": "rough"}]},
        "robots": [{"model": robot}],
        "task": {"kind": "walk", "speed": 1.0},
        "difficulty": difficulty,
    }
    rollout = Rollout(list(make(cfg, 6, seed=11, out=tmp_path / "p", jobs=1)))
    (agent,) = rollout.agents
    at, rewards = 0, {}
    for name, size in rollout.observation_layout(agent):
        if name == "linear_velocity":
            break
        at += size
    walk = f"onnx:{robot}-walk"
    for policy in (walk, "gait"):
        policies, result, speeds, total = bind(rollout, {"*": policy}), rollout.reset(), [], 0.0
        endings = []
        while not rollout.done.all():
            going = ~rollout.done
            result = rollout.step(policies(result))
            speeds += result[agent].observation[going, at].tolist()
            total += result[agent].reward.sum()
            endings += [ending for ending in result[agent].ending if ending]
        rewards[policy] = total
        if policy != "gait":
            assert slowest < np.mean(speeds) < 1.3
            assert endings.count("fallen") <= falls
            assert "unstable" not in endings
    assert rewards[walk] > 2 * rewards["gait"]


def test_every_network_that_comes_with_envgen_is_whole():
    found = {entry["name"]: entry for entry in list_networks()}
    assert found["ant-walk"]["robot"] == "ant"
    assert found["biped-walk"]["robot"] == "biped"
    assert found["hopper-walk"]["robot"] == "hopper"
    assert found["humanoid-walk"]["robot"] == "humanoid"
    assert found["walker2d-walk"]["robot"] == "walker2d"
    assert all(entry["error"] is None for entry in found.values())
