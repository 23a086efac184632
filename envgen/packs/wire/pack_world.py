"""Variants of a pack for a page: compiled from their env.xml, without what is only seen of robots."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from envgen.core.errors import WorkError
from envgen.packs.variant import PackVariant
from envgen.packs.wire.geometry import Look, look
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Model, compile_text, listening
from envgen.worlds.robots.visuals import same_physics, stripped

_SEEN = re.compile(r"^\s*<(?:mesh|texture|material)\b.*$", re.MULTILINE)
"""Lines of an env.xml that decide how robots with files look; envgen writes one element a line."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A variant as it is sent.

    Attributes:
        world: Its physics.
        looks: By agent, how it looks where `world` does not tell.
    """

    world: World
    looks: Mapping[str, Look | None]


@dataclass(eq=False)
class Stored:
    """Reads variants of one pack; robots that they share are looked at once."""

    _known: dict[str, tuple[dict[str, Look | None], bool]] = field(default_factory=dict)

    def read(self, variant: PackVariant) -> Kept:
        """One variant.

        Raises:
            InputError: Its files were changed, or name others that are not of the pack.
            WorkError: MuJoCo refuses it.
        """
        text, files = variant.sources()
        if "<mesh" not in text and "<texture" not in text:
            with listening():
                return Kept(World(compile_text(text, files), variant.cell), {})
        # the same robots look the same, and are the same without what is only seen
        lines = "\n".join(_SEEN.findall(text)) + "\n".join(variant.agents)
        key = hashlib.sha256(lines.encode()).hexdigest()
        with listening():
            bare = _bare(text, files)
            if key not in self._known:
                whole = World(compile_text(text, files), variant.cell)
                looks: dict[str, Look | None] = {
                    agent: own if (own := look(whole.model, whole.roots[agent])).meshes else None
                    for agent in variant.agents
                }
                self._known[key] = looks, bare is not None and same_physics(whole.model, bare)
            looks, alike = self._known[key]
            model = bare if alike else compile_text(text, files)
        return Kept(World(model, variant.cell), looks)


def _bare(text: str, files: Mapping[str, bytes]) -> Model | None:
    spec = stripped(text, files)
    if spec is None:
        return None
    try:
        return spec.compile()
    except ValueError:  # something refers to what was left out
        return None
    except RuntimeError as error:
        raise WorkError(f"MuJoCo can't compile it: {error}") from None
