"""`python tests/parity/network.py FRAME OUT`: a policy for the first agent of a frame, and an endless one."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.broken_networks import endless

from envgen.packs.wire.frames import unpack
from envgen.packs.wire.spec import WorldSpec
from envgen.policies.onnx_file import metadata, mlp


def main(frame: Path, out: Path) -> None:
    """Write OUT.onnx, OUT.json and OUT-endless.onnx."""
    header = unpack(frame.read_bytes()).header
    assert isinstance(header, WorldSpec)
    agent, task = header.agents[0], "walk"
    terms = [(term.name, term.size) for term in agent.observation]
    shape = sum(size for _, size in terms), len(agent.actuators)
    rng = np.random.default_rng(5)
    weight = rng.normal(0, 0.3, shape).astype(np.float32)
    bias = rng.normal(0, 0.2, shape[1]).astype(np.float32)
    network = mlp([weight], [bias], meta=metadata(agent.robot, task, terms))
    out.with_suffix(".onnx").write_bytes(network)
    out.with_name(f"{out.name}-endless.onnx").write_bytes(endless(network))
    out.with_suffix(".json").write_text(json.dumps({"weight": weight.tolist(), "bias": bias.tolist()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
