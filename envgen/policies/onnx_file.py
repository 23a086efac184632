"""Export of policies as ONNX files: multilayer perceptrons with input normalisation, and metadata."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError

OPSET, IR = 17, 8
"""Versions of 2022, which onnxruntime and onnxruntime-web read since 1.14."""
EPSILON = 1e-8
ACTIVATIONS = {"tanh": "Tanh", "relu": "Relu", "elu": "Elu", "sigmoid": "Sigmoid"}
Array = NDArray[np.floating[Any]]


def metadata(robot: str, task: str, observation: Sequence[tuple[str, int]]) -> dict[str, str]:
    """Return the metadata of an ONNX policy.

    Args:
        robot: Name of the robot.
        task: Kind of the task.
        observation: Terms of the observation with their sizes, in order.
    """
    terms = [[name, int(size)] for name, size in observation]
    return {
        "envgen.robot": robot,
        "envgen.task": task,
        "envgen.obs": json.dumps(terms),
        "envgen.version": version("envgen"),
    }


def mlp(
    weights: Sequence[Array],
    biases: Sequence[Array],
    *,
    meta: dict[str, str],
    mean: Array | None = None,
    std: Array | None = None,
    clip: float = 10.0,
    activation: str = "tanh",
    squash: bool = False,
) -> bytes:
    """Return the ONNX file of `action = clip(… act((obs - mean) / std @ W0 + b0) … @ Wn + bn)`.

    Args:
        weights: (inputs, outputs) of each layer.
        biases: (outputs,) of each layer.
        meta: From `metadata`.
        mean: (obs_dim,) subtracted from the observation; by default 0.
        std: (obs_dim,) by which it is then divided; by default 1.
        clip: Bound of the normalised observation.
        activation: Between layers: tanh, relu, elu or sigmoid.
        squash: End the last layer in tanh; by default it is clipped to [-1, 1].

    Raises:
        InputError: Shapes don't fit together, the activation is unknown, or `onnx` is missing.
    """
    helper, numpy_helper, proto = _onnx()
    if activation not in ACTIVATIONS:
        raise InputError(f"unknown activation {activation!r}", f"Known: {', '.join(ACTIVATIONS)}.")
    size = _check_layers(weights, biases)
    constants: list[Any] = []

    def constant(name: str, value: Array) -> str:
        constants.append(numpy_helper.from_array(np.asarray(value, dtype=np.float32), name))
        return name

    scale = 1.0 / np.maximum(np.ones(size) if std is None else np.asarray(std, dtype=float), EPSILON)
    shift = np.zeros(size) if mean is None else np.asarray(mean, dtype=float)
    if shift.shape != (size,) or scale.shape != (size,):
        raise InputError(
            f"mean {shift.shape} and std {scale.shape} don't fit {size} inputs", f"Give ({size},) each."
        )
    nodes = [
        helper.make_node("Sub", ["obs", constant("mean", shift)], ["centred"]),
        helper.make_node("Mul", ["centred", constant("scale", scale)], ["scaled"]),
        helper.make_node(
            "Clip",
            ["scaled", constant("least", np.array(-clip)), constant("most", np.array(clip))],
            ["x0"],
        ),
    ]
    for i, (weight, bias) in enumerate(zip(weights, biases)):
        last = i == len(weights) - 1
        names = [f"x{i}", constant(f"w{i}", weight), constant(f"b{i}", bias)]
        nodes.append(helper.make_node("Gemm", names, [f"y{i}"]))
        if not last:
            nodes.append(helper.make_node(ACTIVATIONS[activation], [f"y{i}"], [f"x{i + 1}"]))
        elif squash:
            nodes.append(helper.make_node("Tanh", [f"y{i}"], ["action"]))
        else:
            ends = [constant("low", np.array(-1.0)), constant("high", np.array(1.0))]
            nodes.append(helper.make_node("Clip", [f"y{i}", *ends], ["action"]))
    graph = helper.make_graph(
        nodes,
        "policy",
        [helper.make_tensor_value_info("obs", proto.FLOAT, ["N", size])],
        [helper.make_tensor_value_info("action", proto.FLOAT, ["N", int(weights[-1].shape[1])])],
        constants,
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR, producer_name="envgen"
    )
    helper.set_model_props(model, meta)
    content: bytes = model.SerializeToString()
    return content


def annotate(path: Path, meta: dict[str, str]) -> None:
    """Write metadata into an ONNX file that another library exported.

    Raises:
        InputError: The file is not ONNX, or `onnx` is missing.
    """
    helper, _, _ = _onnx()
    import onnx

    try:
        model = onnx.load(str(path), load_external_data=False)
    except Exception as error:  # protobuf's own exceptions
        raise InputError(f"{path} can't be read: {error}", "Give an ONNX file.") from None
    known = {entry.key: entry.value for entry in model.metadata_props}
    helper.set_model_props(model, {**known, **meta})
    onnx.save(model, str(path))


def _check_layers(weights: Sequence[Array], biases: Sequence[Array]) -> int:
    """Check that layers fit together; return the length of an observation."""
    if not weights or len(weights) != len(biases):
        raise InputError(
            f"weights and biases must be as many, got {len(weights)} and {len(biases)}",
            "Give one of each per layer.",
        )
    for i, (weight, bias) in enumerate(zip(weights, biases)):
        before = weights[i - 1].shape[1] if i else weight.shape[0]
        if weight.ndim != 2 or weight.shape[0] != before or bias.shape != (weight.shape[1],):
            raise InputError(
                f"layer {i} has weights {weight.shape} and biases {bias.shape} after {before} inputs",
                f"Give ({before}, outputs) and (outputs,).",
            )
        if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
            raise InputError(f"the weights and biases of layer {i} must be finite", "Check the training.")
    return int(weights[0].shape[0])


def _onnx() -> tuple[Any, Any, Any]:
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError:
        raise InputError(
            "writing ONNX files needs the package onnx", "Install it: pip install 'envgen[onnx]'."
        ) from None
    return helper, numpy_helper, TensorProto
