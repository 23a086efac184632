"""A trained network as an ONNX file that the page, `envgen run` and Python take."""

from __future__ import annotations

from typing import Any

import numpy as np

from envgen.policies.onnx_file import metadata, mlp
from envgen.rollout.rollout import Rollout

CLIP = 1e3
"""Bound of normalised observations; rsl_rl has none, and numbers beyond are broken."""


def actor_to_onnx(actor: Any, rollout: Rollout, agent: str) -> bytes:
    """Return the mean of rsl_rl's actor as an ONNX file.

    Args:
        actor: An `rsl_rl.models.MLPModel` with tanh between its layers.
        rollout: What it was trained on.
        agent: The agent that it drives.
    """
    layers = [layer for layer in actor.mlp if hasattr(layer, "weight")]
    weights = [layer.weight.detach().cpu().numpy().T.astype(np.float64) for layer in layers]
    biases = [layer.bias.detach().cpu().numpy().astype(np.float64) for layer in layers]
    mean = std = None
    if actor.obs_normalization:
        normalizer = actor.obs_normalizer
        mean = normalizer.mean.cpu().numpy()
        std = normalizer.std.cpu().numpy() + normalizer.eps
    meta = metadata(rollout.variants[0].robots[agent], rollout.task, rollout.observation_layout(agent))
    return mlp(weights, biases, meta=meta, mean=mean, std=std, clip=CLIP, activation="tanh")
