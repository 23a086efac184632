"""Draw examples/data/ridge_and_lake.png, the 16-bit heightmap of examples/own_heightmap.toml.

Run it as `python scripts/pictures heightmap [FILE]`.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

SIDE = 192
"""Pixels along a side."""


def heights() -> np.ndarray:
    """Return heights (SIDE, SIDE) from 0 to 1: a winding ridge above a round lake, with grass everywhere."""
    x, y = np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(1, -1, SIDE))  # the first row lies at +y
    ridge = np.exp(-(((y - 0.45 - 0.18 * np.sin(3.2 * x)) / 0.2) ** 2)) * (0.75 + 0.25 * np.cos(2.1 * x))
    lake = -0.45 / (1 + np.exp((np.hypot(x - 0.25, y + 0.45) - 0.3) / 0.05))
    noise = np.random.default_rng(7).standard_normal((SIDE, SIDE))
    grass = sum(cv2.GaussianBlur(noise, (0, 0), s) * s * w for s, w in ((3, 0.015), (9, 0.03)))
    ground = ridge + lake + grass
    return (ground - ground.min()) / np.ptp(ground)


def main(arguments: list[str]) -> int:
    """Write the heightmap."""
    root = Path(__file__).resolve().parents[3]
    target = Path(arguments[0]) if arguments else root / "examples" / "data" / "ridge_and_lake.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    image = np.rint(65535 * heights()).astype(np.uint16)
    _, data = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    target.write_bytes(data.tobytes())
    return 0
