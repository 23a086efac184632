"""Entries of the gallery: one for every kind of the registries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from envgen.core.cfg import TerrainCfg
from envgen.core.families import OBSTACLES, ROBOTS, TERRAINS

ROOT = Path(__file__).resolve().parents[3]
SCALE = "quadruped"
"""The robot that is in every picture, for scale."""
PANEL = (400, 300)
LEVELS = (0.1, 0.5, 0.9)

GIVEN: dict[str, dict[str, Any]] = {
    "heightmap": {"file": str(ROOT / "examples" / "data" / "ridge_and_lake.png")}
}
"""Parameters of kinds that have no default."""
LAYOUTS: dict[str, tuple[str, list[str]]] = {
    "grid": (
        "A board of patches: difficulty rises along x, each row along y is of one kind",
        ["pyramid_stairs", "rough", "stepping_stones"],
    ),
    "track": (
        "One terrain after another along x, from start to finish",
        ["rough", "stairs", "gap", "stepping_stones", "hurdles"],
    ),
    "blend": ("All terrains, mixed smoothly over the arena by weight", ["hills", "rough", "waves"]),
}


@dataclass(frozen=True)
class GalleryEntry:
    """One picture.

    Attributes:
        family: Name of its folder and section.
        name: Name of the kind.
        caption: Description of the panels.
        panels: EnvCfgs of the panels, without names.
        close: For a robot: azimuth of the camera for each panel.
        size: Size of a panel, in pixels.
    """

    family: str
    name: str
    caption: str
    panels: tuple[dict[str, Any], ...]
    close: tuple[float, ...] = ()
    size: tuple[int, int] = PANEL

    @property
    def path(self) -> str:
        """Path of the picture in the folder of the gallery."""
        return f"{self.family}/{self.name}.webp"


def entries() -> Iterator[GalleryEntry]:
    """Yield the entries of all pictures."""
    for name, _ in TERRAINS:
        ground = {"kind": name, **GIVEN.get(name, {})}
        panels = tuple(cfg(ground, difficulty=level) for level in LEVELS)
        yield GalleryEntry("terrains", name, "difficulty 0.1, 0.5 and 0.9", panels)
    for name, _ in OBSTACLES:
        thing = [{"kind": name, "count": 4}]
        flat, hills = {"kind": "flat"}, {"kind": "hills", "wavelength": 4.0}
        panels = tuple(
            cfg(ground, 5.0, difficulty=level, obstacles=thing)
            for ground, level in ((flat, LEVELS[0]), (flat, LEVELS[2]), (hills, LEVELS[1]))
        )
        yield GalleryEntry("obstacles", name, "difficulty 0.1 and 0.9 on flat ground, 0.5 on hills", panels)
    for name, _ in ROBOTS:
        robot = [{"model": name}]
        flat, rough = ({"kind": kind} for kind in ("flat", "rough"))
        panels = tuple(cfg(ground, 8.0, difficulty=0.4, robots=robot) for ground in (flat, flat, rough))
        caption = "on flat ground from two sides, and on rough ground"
        yield GalleryEntry("robots", name, caption, panels, (60, 150, 60))
    for name in get_args(TerrainCfg.model_fields["layout"].annotation):
        if name in LAYOUTS:
            ground = [{"kind": kind} for kind in LAYOUTS[name][1]]
            side = 16.0 if name == "blend" else 6.0
            terrain = {"layout": name, "size": [side, side], "sub_terrains": ground}
            panel = {**cfg({"kind": "flat"}), "terrain": terrain, "difficulty": [0.0, 1.0]}
            yield GalleryEntry("layouts", name, LAYOUTS[name][0].lower(), (panel,), size=(1200, 480))


def cfg(ground: dict[str, Any], side: float = 8.0, **keys: Any) -> dict[str, Any]:
    """Return an EnvCfg with one kind of terrain."""
    terrain = {"size": [side, side], "cell": 0.05, "sub_terrains": [ground]}
    fixed = {"name": "gallery", "robots": [{"model": SCALE}], "task": {"kind": "stand"}}
    return {**fixed, "terrain": terrain, **keys}
