"""Every goal is reachable."""

from __future__ import annotations

from typing import ClassVar

from envgen.core.params import RobotSize
from envgen.validate.base import Check, Redraw, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage
from envgen.worlds.traversability import Traversability, traversability


@register
class Reachable(Check):
    """Share of the agents with a path to their goal that suits their size and their abilities."""

    kind: ClassVar[str] = "reachable"
    title: ClassVar[str] = "a path leads from every start to its goal"
    why: ClassVar[str] = "A goal without a path to it can't be learned."
    redraw: ClassVar[Redraw] = "obstacles"
    stage: ClassVar[Stage] = Stage.START
    remedy: ClassVar[str] = "Lower the difficulty, the density of obstacles or the goal's distance."

    def applies(self, subject: Subject) -> bool:
        return subject.ours and len(subject.world.goals) > 0

    def run(self, subject: Subject) -> Finding:
        world = subject.world
        lost = []
        ways: dict[tuple[RobotSize, bool], Traversability] = {}
        for i, agent in enumerate(world.agents):
            size = subject.size_of(agent)
            planar = f"{agent}/root_x" in world.names("jnt")
            if (size, planar) not in ways:
                blocked = world.blocked(size)
                ways[size, planar] = traversability(world.ground, size, blocked, planar=planar)
            way = ways[size, planar]
            goal = world.goals[min(i, len(world.goals) - 1)]
            start = subject.root_of(agent)
            here = way.cell_of(float(start[0]), float(start[1]))
            there = way.cell_of(float(goal[0]), float(goal[1]))
            if not _reached(way, here, there, planar=planar):
                lost.append(agent)
        share = 1 - len(lost) / len(world.agents)
        return self.at_least(share, 1.0, f"no path for {', '.join(lost)}")


def _reached(way: Traversability, here: tuple[int, int], there: tuple[int, int], *, planar: bool) -> bool:
    """Return whether a path leads from cell to cell; a planar robot stays in its row."""
    if planar:
        first, last = sorted((here[1], there[1]))
        return here[0] == there[0] and bool(way.steps_x[here[0], first:last].all())
    return bool(way.labels[here] != 0 and way.labels[here] == way.labels[there])
