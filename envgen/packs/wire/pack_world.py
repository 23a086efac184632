"""Worlds of a pack for a page: compiled from env.xml, with the visuals of robots apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from envgen.core.errors import WorkError
from envgen.packs.variant import PackVariant
from envgen.packs.wire.geometry import Visuals, extract_visuals
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Model, capture_warnings, compile_text
from envgen.worlds.robots.visuals import physics_only_spec, same_physics

_VISUAL_LINES = re.compile(r"^\s*<(?:mesh|texture|material)\b.*$", re.MULTILINE)
"""Lines of an env.xml that determine the visuals of external robots; envgen writes one element a line."""


@dataclass(frozen=True, eq=False)
class PackWorld:
    """World and visuals of a variant of a pack.

    Attributes:
        world: The world with its physics.
        visuals: Visuals by agent, for agents whose geoms in `world` are not complete.
    """

    world: World
    visuals: Mapping[str, Visuals | None]


@dataclass(eq=False)
class PackWorldReader:
    """Reads variants of one pack, and caches the visuals of robots that they share."""

    _known: dict[str, tuple[dict[str, Visuals | None], bool]] = field(default_factory=dict)

    def read(self, variant: PackVariant) -> PackWorld:
        """Compile a variant.

        Raises:
            InputError: Its files were changed, or name files outside the pack.
            WorkError: MuJoCo refuses it.
        """
        try:
            return self._read(variant)
        except WorkError as error:
            raise variant.broken(error) from None

    def _read(self, variant: PackVariant) -> PackWorld:
        text, files = variant.sources()
        if "<mesh" not in text and "<texture" not in text:
            with capture_warnings():
                return PackWorld(World(compile_text(text, files), variant.cell), {})
        # the same robots have the same visuals, and the same physics without them
        lines = "\n".join(_VISUAL_LINES.findall(text)) + "\n".join(variant.agents)
        key = hashlib.sha256(lines.encode()).hexdigest()
        with capture_warnings():
            bare = _bare(text, files)
            if key not in self._known:
                whole = World(compile_text(text, files), variant.cell)
                visuals: dict[str, Visuals | None] = {
                    agent: own if (own := extract_visuals(whole.model, whole.roots[agent])).meshes else None
                    for agent in variant.agents
                }
                self._known[key] = visuals, bare is not None and same_physics(whole.model, bare)
            visuals, alike = self._known[key]
            model = bare if alike and bare is not None else compile_text(text, files)
        return PackWorld(World(model, variant.cell), visuals)


def _bare(text: str, files: Mapping[str, bytes]) -> Model | None:
    try:
        spec = physics_only_spec(text, files)
        return None if spec is None else spec.compile()
    except ValueError:  # something refers to an element that was removed, or the text is broken
        return None
    except RuntimeError as error:
        raise WorkError(f"MuJoCo can't compile it: {error}") from None
