"""One variant, from numbers to a compiled world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from envgen.core.cfg import EnvCfg
from envgen.core.rng import Streams
from envgen.worlds.compiled.world import World
from envgen.worlds.compiler import Model, compile_text
from envgen.worlds.mjcf.writer import Rendered, render
from envgen.worlds.placement.arena import Arena, place
from envgen.worlds.robots.attach import attach_robot
from envgen.worlds.sampling.draw import Attempt, Draw
from envgen.worlds.sampling.sample import sample


@dataclass(frozen=True, eq=False)
class Variant:
    """One environment drawn from an EnvCfg.

    Attributes:
        index: Its place in the pack.
        attempt: Number of the draw.
        draw: Its values.
        arena: Places of everything.
        rendered: Its files.
    """

    cfg: EnvCfg
    seed: int
    index: int
    attempt: Attempt
    draw: Draw
    arena: Arena
    rendered: Rendered

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks for the user."""
        return (*self.draw.notes, *self.arena.notes)

    @property
    def values(self) -> dict[str, Any]:
        """Recorded values by path: drawn ones, then those that placing added."""
        return {**self.draw.values, **self.arena.values}

    def compile(self) -> World:
        """Compile the written text, without the visual parts of its robots.

        Robots are proved to move alike without them when they are read; see `visuals.physics_only_xml`.

        Raises:
            WorkError: MuJoCo refuses it.
        """
        model: Model = compile_text(self.rendered.physics_only or self.rendered.text, self.rendered.files)
        return World(model, self.draw.cell)


def build(
    cfg: EnvCfg, seed: int, index: int, attempt: Attempt | None = None, stream: int | None = None
) -> Variant:
    """Draw, place and write one variant.

    Args:
        cfg: The distribution.
        seed: Seed of the pack.
        index: Its place in the pack.
        attempt: Number of the draw.
        stream: Index of its random streams where that isn't `index`: variants of a sweep share their draws.

    Raises:
        InputError: Parts of the EnvCfg don't go together.
        WorkError: This draw can't be placed.
    """
    attempt = attempt or Attempt()
    streams = Streams(seed, index if stream is None else stream)
    draw = sample(cfg, streams, attempt)
    arena = place(draw, streams, attempt)
    comment = _comment(cfg, seed, index, attempt, {**draw.values, **arena.values})
    rendered = render(f"{cfg.name}-{index:05d}", comment, draw, arena, 2 * attempt.memory)
    return Variant(cfg, seed, index, attempt, draw, arena, rendered)


def shared_files(cfg: EnvCfg, seed: int) -> dict[str, str]:
    """Return the paths of the robots' files that all variants share, by their name among a pack's assets.

    Raises:
        InputError: Parts of the EnvCfg don't go together.
    """
    agents = sample(cfg, Streams(seed, 0), Attempt()).agents
    shared: dict[str, str] = {}
    for agent in agents:
        shared |= attach_robot(agent.robot, agent.id, agent.colour, 0.0).shared
    return shared


def _comment(cfg: EnvCfg, seed: int, index: int, attempt: Attempt, values: Mapping[str, Any]) -> list[str]:
    redraws = attempt.terrain + attempt.obstacles
    head = f"envgen: {cfg.name}, seed {seed}, index {index}" + (f", redraw {redraws}" if redraws else "")
    lines = [head]
    if cfg.prompt:
        lines.append(f"prompt: {cfg.prompt}")
    lines.append(", ".join(f"{key} {value}" for key, value in values.items()))
    return lines
