"""Networks that are sound files and come to grief as they run."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

ROUNDS = 2**62


def failing(network: bytes) -> bytes:
    """The same network, but it gives actions for 7,919 agents, however many there are."""
    model = ModelProto.FromString(network)
    width = model.graph.output[0].type.tensor_type.shape.dim[1].dim_value
    graph = model.graph
    graph.node[-1].output[0] = "ready"
    graph.node.append(helper.make_node("Reshape", ["ready", "shape"], ["action"]))
    graph.initializer.append(numpy_helper.from_array(np.array([7919, width], dtype=np.int64), "shape"))
    content: bytes = model.SerializeToString()
    return content


def endless(network: bytes) -> bytes:
    """The same network, but its action is only there once a loop of 2^62 rounds is over."""
    model = ModelProto.FromString(network)
    graph = model.graph
    graph.node[-1].output[0] = "ready"
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["on"], ["goes_on"]),
            helper.make_node("Mul", ["count", "count"], ["more"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("count", TensorProto.FLOAT, [1]),
        ],
        [
            helper.make_tensor_value_info("goes_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]),
        ],
    )
    graph.initializer.extend(
        [
            numpy_helper.from_array(np.array(ROUNDS, dtype=np.int64), "rounds"),
            numpy_helper.from_array(np.array(True), "always"),
        ]
    )
    # of what is observed, or the runtime could work the loop out as it loads the network
    graph.node.extend(
        [
            helper.make_node("ReduceMax", ["obs"], ["greatest"], keepdims=0),
            helper.make_node("Unsqueeze", ["greatest", "first"], ["begin"]),
            helper.make_node("Loop", ["rounds", "always", "begin"], ["end"], body=body),
            helper.make_node("Sub", ["end", "end"], ["nothing"]),
            helper.make_node("Add", ["ready", "nothing"], ["action"]),
        ]
    )
    graph.initializer.append(numpy_helper.from_array(np.array([0], dtype=np.int64), "first"))
    content: bytes = model.SerializeToString()
    return content
