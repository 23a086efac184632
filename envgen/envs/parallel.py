"""Several agents in one world: a PettingZoo parallel environment over a variant of a pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.spaces import Box
from numpy.typing import NDArray
from pettingzoo import ParallelEnv

from envgen.core.errors import InputError
from envgen.envs.arguments import check_action, check_options, check_render_mode, check_seed
from envgen.envs.endings import episode_ends
from envgen.envs.infos import EpisodeInfos, of_slot
from envgen.envs.rendering import FPS, RENDER_MODES, Renderer
from envgen.envs.slots import EPISODE_OPTIONS, SlotScheduler
from envgen.envs.source import make_rollout, open_source, select_variants
from envgen.envs.spaces import agent_spaces, write_float32
from envgen.packs.pack import Pack
from envgen.rollout.controls import check_by_agent
from envgen.rollout.step_result import StepResult

Observation = NDArray[np.float32]


class PackParallelEnv(ParallelEnv):
    """All agents of a world; an agent leaves `agents` when its episode has ended.

    Args:
        pack: A pack, its path, or a prompt of which a pack is made once and cached.
        index: Index of the variant, or several; with None or several each reset draws one.
        group: Which variants, where a pack has bodies with different spaces.
        sampling: How the variant of an episode is drawn, if there are several.
        randomize: Settings of `EnvCfg.randomize` other than the pack's, such as `{"start_noise": 0.05}`.
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
        index: int | Sequence[int] | None = 0,
        *,
        group: int | None = None,
        sampling: str = "uniform",
        randomize: Mapping[str, Any] | None = None,
        render_mode: str | None = None,
    ) -> None:
        check_render_mode(render_mode, RENDER_MODES)
        variants = select_variants(open_source(pack), index, group)
        self.rollout = make_rollout(variants, [0], randomize=randomize)
        self._scheduler = SlotScheduler(self.rollout, sampling)
        self._infos = EpisodeInfos(variants, 1)
        self.render_mode = render_mode
        self.possible_agents = list(self.rollout.agents)
        self.agents: list[str] = []
        spaces = {agent: agent_spaces(self.rollout, agent) for agent in self.possible_agents}
        self.observation_spaces = {agent: both[0] for agent, both in spaces.items()}
        self.action_spaces = {agent: both[1] for agent, both in spaces.items()}
        self._renderer: Renderer | None = None

    def observation_space(self, agent: str) -> Box:
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Box:
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Any]]]:
        """Begin an episode; `options`: `variant` (index) or `difficulty` (number or [low, high]).

        Raises:
            InputError: The seed or an option is wrong; nothing was reset.
        """
        # PettingZoo's conformance test passes options of its own: what is unknown is left alone
        known = {key: value for key, value in check_options(options).items() if key in EPISODE_OPTIONS}
        result = self._scheduler.begin([0], known, [check_seed(seed)])
        self.agents = list(self.possible_agents)
        return self._observations(result), {agent: self._about() for agent in self.agents}

    def step(
        self, actions: dict[str, NDArray[np.float32]]
    ) -> tuple[
        dict[str, Observation], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]
    ]:
        """Do one control step with an action (k,) in [-1, 1] of every live agent.

        Returns:
            Observations, rewards, terminations, truncations and infos of the agents that were live:
            `is_success` says whether the task was done in this step; in the step that ends the episode of an
            agent, there are `variant`, `difficulty` and `drawn` too.

        Raises:
            InputError: The episodes have ended, or an action is missing, has another shape or is no finite
                number.
        """
        if not self.agents:
            raise InputError("the episodes of all agents have ended", "Call reset.")
        check_by_agent(actions)
        missing = [agent for agent in self.agents if agent not in actions]
        if missing:
            raise InputError(f"{', '.join(missing)} has no action", "Give one for each of `agents`.")
        live = self.agents
        result = self.rollout.step({agent: self._action(agent, actions[agent]) for agent in live})
        ends = {agent: episode_ends(result[agent]) for agent in live}
        terminated = {agent: bool(own[0][0]) for agent, own in ends.items()}
        truncated = {agent: bool(own[1][0]) for agent, own in ends.items()}
        observations = self._observations(result)
        self.agents = [agent for agent in live if not (terminated[agent] or truncated[agent])]
        infos: dict[str, dict[str, Any]] = {}
        for agent in live:
            ended = {} if agent in self.agents else self._about()
            infos[agent] = {**ended, "is_success": bool(result[agent].success[0])}
        return (
            observations,
            {agent: float(result[agent].reward[0]) for agent in live},
            terminated,
            truncated,
            infos,
        )

    def _about(self) -> dict[str, Any]:
        """Return the infos of the running episode."""
        return of_slot(self._infos.of(np.array([0]), self.rollout.variant), 0)

    def _action(self, agent: str, action: Any) -> NDArray[Any]:
        return check_action(action, f"the action of {agent}", self.action_spaces[agent].shape)

    def _observations(self, result: StepResult) -> dict[str, Observation]:
        observations = {}
        for agent in self.agents:
            observations[agent] = np.empty(self.observation_spaces[agent].shape, dtype=np.float32)
            write_float32(observations[agent], result[agent].observation[0])
        return observations

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
