"""Several agents in one world: a PettingZoo parallel environment over a variant of a pack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from envgen.core.errors import InputError
from envgen.envs.rendering import FPS, RENDER_MODES, Renderer
from envgen.envs.sampling import make_sampler
from envgen.envs.slots import OPTIONS, SlotScheduler
from envgen.envs.source import make_rollout, open_source, select_variants
from envgen.envs.spaces import agent_spaces
from envgen.packs.pack import Pack

Observation = NDArray[np.float32]


class PackParallelEnv(ParallelEnv[str, Observation, NDArray[np.float32]]):
    """All agents of a world; an agent leaves `agents` when its episode has ended.

    Args:
        pack: A pack, its path, or a prompt of which a pack is made once and cached.
        index: Index of the variant, or None: then each reset draws one.
        render_mode: `rgb_array` or None.

    Raises:
        InputError: There is no such pack or variant, or an argument is wrong.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": list(RENDER_MODES),
        "render_fps": FPS,
        "name": "envgen_pack_v0",
        "is_parallelizable": True,
    }

    def __init__(
        self,
        pack: Pack | str | Path,
        index: int | None = 0,
        *,
        group: int | None = None,
        sampling: str = "uniform",
        render_mode: str | None = None,
    ) -> None:
        if render_mode not in (None, *RENDER_MODES):
            raise InputError(f"unknown render_mode {render_mode!r}", f"Known: {', '.join(RENDER_MODES)}.")
        variants = select_variants(open_source(pack), index, group)
        self.rollout = make_rollout(variants, [0])
        self._scheduler = SlotScheduler(
            self.rollout, make_sampler(sampling, [variant.difficulty for variant in variants])
        )
        self.render_mode = render_mode
        self.possible_agents = list(self.rollout.agents)
        self.agents: list[str] = []
        spaces = {agent: agent_spaces(self.rollout, agent) for agent in self.possible_agents}
        self.observation_spaces = {agent: both[0] for agent, both in spaces.items()}
        self.action_spaces = {agent: both[1] for agent, both in spaces.items()}
        self._renderer: Renderer | None = None
        self._seeded = False

    def observation_space(self, agent: str) -> gymnasium.spaces.Space[Observation]:
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.spaces.Space[NDArray[np.float32]]:
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """Begin an episode; `options`: `variant` (index) or `difficulty` (number or [low, high])."""
        self._scheduler.seed([seed])
        # PettingZoo's conformance test passes options of its own: what is unknown is left alone
        known = {key: value for key, value in (options or {}).items() if key in OPTIONS}
        result = self._scheduler.begin([0], known)
        self.agents = list(self.possible_agents)
        variant = self.rollout.variants[int(self.rollout.variant[0])]
        info = {"variant": variant.index, "difficulty": variant.difficulty, "drawn": dict(variant.drawn)}
        return (
            {agent: result[agent].observation[0].astype(np.float32) for agent in self.agents},
            {agent: dict(info) for agent in self.agents},
        )

    def step(
        self, actions: dict[str, NDArray[np.float32]]
    ) -> tuple[
        dict[str, Observation], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]
    ]:
        """Do one control step with an action (k,) in [-1, 1] of every live agent."""
        if not self.agents:
            raise InputError("the episodes of all agents have ended", "Call reset.")
        result = self.rollout.step({agent: np.asarray(actions[agent]) for agent in self.agents})
        live = self.agents
        truncated = {agent: bool(result[agent].truncated[0]) for agent in live}
        terminated = {
            agent: bool(result[agent].terminated[0] or result[agent].success[0]) and not truncated[agent]
            for agent in live
        }
        self.agents = [agent for agent in live if not (terminated[agent] or truncated[agent])]
        return (
            {agent: result[agent].observation[0].astype(np.float32) for agent in live},
            {agent: float(result[agent].reward[0]) for agent in live},
            terminated,
            truncated,
            {agent: {"is_success": bool(result[agent].success[0])} for agent in live},
        )

    def state(self) -> Observation:
        """Return positions and velocities of the whole world, (nq + nv,)."""
        state = self.rollout.state
        return np.concatenate([state.qpos[0], state.qvel[0]]).astype(np.float32)

    def render(self) -> NDArray[np.uint8] | None:
        """Return a picture (height, width, 3) with `rgb_array`."""
        if self.render_mode is None:
            return None
        if self._renderer is None:
            self._renderer = Renderer(self.rollout)
        return self._renderer.picture(0)

    def close(self) -> None:
        if self._renderer is not None:
            self._renderer.close()
