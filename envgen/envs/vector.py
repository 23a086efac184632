"""Many episodes at once: a Gymnasium vector environment over the variants of a pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.envs.arguments import (
    check_num_envs,
    check_options,
    check_render_mode,
    check_seeds,
    check_threads,
    parse_autoreset,
    to_array,
)
from envgen.envs.endings import episode_ends
from envgen.envs.infos import EpisodeInfos
from envgen.envs.rendering import FPS, RENDER_MODES, Renderer
from envgen.envs.slots import SavedSlots, SlotScheduler
from envgen.envs.source import groups_differ, make_rollout, open_source, select_variants
from envgen.envs.spaces import agent_spaces, write_float32
from envgen.packs.pack import Pack
from envgen.packs.variant import PackVariant
from envgen.rollout.controls import real_numbers
from envgen.rollout.saved import Saved
from envgen.rollout.step_result import AgentStep

Observations = NDArray[np.float32]
Rewards = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SavedEnv:
    """The state of a vector environment.

    Attributes:
        rollout: Of the simulations.
        slots: Of the slots' random streams and samplers.
        returns: (n,) return of the running episodes.
        finished: (n,) whether the episode has ended and waits for its reset.
    """

    rollout: Saved
    slots: SavedSlots
    returns: Rewards
    finished: Mask


class PackVectorEnv(VectorEnv):
    """Variants of a pack side by side; a slot may get another variant at each reset.

    Args:
        num_envs: Number of slots; it does not depend on the number of variants. By default one per variant.
        pack: A pack, its path, or a prompt of which a pack is made once and cached.
        index: Index of a variant, or several; by default all.
        group: Which variants, where a pack has bodies with different spaces.
        sampling: How a slot gets its next variant: `fixed`, `uniform`, `difficulty`, `curriculum` or
            `prioritized`.
        autoreset_mode: When a finished episode is followed by the next one (Gymnasium's `AutoresetMode`, or
            `next_step`, `same_step`, `disabled`).
        threads: Threads of physics, by default as many as there are processors; results do not depend on it.
        copy: Whether observations are copied; else the same buffer is returned by each step.
        randomize: Settings of `EnvCfg.randomize` other than the pack's, such as `{"start_noise": 0.05}`.
        render_mode: `rgb_array` or None.

    Attributes:
        rollout: The engine behind it.
        agent: Id of the agent.
        layout: Terms of the observation with their sizes, in order.

    Raises:
        InputError: The pack has several agents, or variants with different spaces; or an argument is wrong.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": list(RENDER_MODES),
        "render_fps": FPS,
        "autoreset_mode": AutoresetMode.NEXT_STEP,
    }

    def __init__(
        self,
        num_envs: int | None = None,
        *,
        pack: Pack | str | Path,
        index: int | Sequence[int] | None = None,
        group: int | None = None,
        sampling: str = "uniform",
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        threads: int | None = None,
        copy: bool = True,
        randomize: Mapping[str, Any] | None = None,
        render_mode: str | None = None,
    ) -> None:
        check_render_mode(render_mode, RENDER_MODES)
        self.mode = parse_autoreset(autoreset_mode)
        workers = check_threads(threads)
        if num_envs is not None:
            check_num_envs(num_envs)
        variants = select_variants(open_source(pack), index, group)
        self.num_envs = count = check_num_envs(len(variants) if num_envs is None else num_envs)
        self.agent = _only_agent(variants)
        self.rollout = make_rollout(variants, [i % len(variants) for i in range(count)], workers, randomize)
        self.scheduler = SlotScheduler(self.rollout, sampling)
        self.render_mode, self._copy = render_mode, copy
        self.metadata = {**self.metadata, "autoreset_mode": self.mode}
        self.layout = self.rollout.observation_layout(self.agent)
        self.single_observation_space, self.single_action_space = agent_spaces(self.rollout, self.agent)
        self.observation_space = batch_space(self.single_observation_space, count)
        self.action_space = batch_space(self.single_action_space, count)
        self._infos = EpisodeInfos(variants, count)
        self._observation = np.zeros((count, *self.single_observation_space.shape), dtype=np.float32)
        self._returns = np.zeros(count)
        self._finished: Mask = np.zeros(count, dtype=bool)
        self._renderer: Renderer | None = None
        self._began = False

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Observations, dict[str, Any]]:
        """Begin episodes in all slots, or in those of `options["reset_mask"]`.

        Args:
            seed: Of slot 0, and so on counting up; or one for each slot.
            options: `variant` (index, one for all or one for each slot), `difficulty` (a number or
                [low, high]), `reset_mask` ((n,) booleans).

        Returns:
            (n, k) observations, and `variant`, `difficulty`, `drawn` of the slots.

        Raises:
            InputError: A seed or an option is wrong; nothing was reset.
        """
        slots = self._asked(check_options(options))
        seeds = check_seeds(seed, self.num_envs)
        if not self._began:
            if len(slots) < self.num_envs:
                raise InputError("reset_mask is given before the first reset", "Reset all slots first.")
            drawn = self.np_random.integers(2**31, size=self.num_envs).tolist()
            seeds = [own if own is not None else other for own, other in zip(seeds, drawn)]
        self._begin(slots, options, seeds)
        self._began = True
        return self._observed(), self._infos.of(slots, self.rollout.variant[slots])

    def step(self, actions: NDArray[Any]) -> tuple[Observations, Rewards, Mask, Mask, dict[str, Any]]:
        """Do one control step in every slot.

        Args:
            actions: (n, k) in [-1, 1]; what is beyond is cut.

        Returns:
            Observations, rewards, terminations, truncations and infos: `is_success` says whether the task was
            done in this step; `variant`, `difficulty` and `drawn` are those of episodes that end or begin.
        """
        if not self._began:
            raise gymnasium.error.ResetNeeded("call reset before step")
        again = np.flatnonzero(self._finished)
        if len(again) and self.mode is AutoresetMode.DISABLED:
            raise InputError(
                f"the episodes of slots {again.tolist()[:8]} have ended",
                'Reset them: reset(options={"reset_mask": terminations | truncations}).',
            )
        actions = real_numbers(actions, "actions")
        if actions.shape != self.action_space.shape:
            raise InputError(
                f"actions must have the shape {self.action_space.shape}, got {actions.shape}",
                "Give one row for each slot.",
            )
        result = self.rollout.step({self.agent: actions})[self.agent]
        terminated, truncated = episode_ends(result)
        write_float32(self._observation, result.observation)
        self._returns += result.reward
        self._finished = terminated | truncated
        info: dict[str, Any] = {"is_success": result.success, "_is_success": ~np.isin(self._slots, again)}
        ended = np.flatnonzero(self._finished)
        if len(ended):
            self._record(ended, result)
        if len(again):  # only with NEXT_STEP: these did no step, their new episode begins now
            self._begin(again)
        known = np.union1d(again, ended)
        if len(known):
            info |= self._infos.of(known, self.rollout.variant[known])
        if len(ended) and self.mode is AutoresetMode.SAME_STEP:
            info = self._restart(ended, info)
        return self._observed(), result.reward, terminated, truncated, info

    def save(self) -> SavedEnv:
        """Return a copy of the state of all slots, of their random streams and of the samplers."""
        return SavedEnv(
            self.rollout.save(), self.scheduler.save(), self._returns.copy(), self._finished.copy()
        )

    def restore(self, saved: SavedEnv) -> Observations:
        """Put back what `save` of an environment of the same variants and slots gave."""
        self.rollout.restore(saved.rollout)
        self.scheduler.restore(saved.slots)
        self._returns[:], self._finished = saved.returns, saved.finished.copy()
        write_float32(self._observation, self.rollout.observe()[self.agent])
        self._began = True
        return self._observed()

    def render(self) -> tuple[NDArray[np.uint8], ...] | None:
        """Return a picture (height, width, 3) of each slot, with `render_mode="rgb_array"`."""
        if self.render_mode is None:
            return None
        if self._renderer is None:
            self._renderer = Renderer(self.rollout)
        return tuple(self._renderer.picture(slot) for slot in range(self.num_envs))

    def close_extras(self, **kwargs: Any) -> None:
        if self._renderer is not None:
            self._renderer.close()

    def _asked(self, options: Mapping[str, Any]) -> NDArray[np.intp]:
        """Slots that `reset_mask` names; by default all."""
        if options.get("reset_mask") is None:
            return self._slots
        mask = to_array(options["reset_mask"])
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise InputError(
                f"reset_mask must be {self.num_envs} booleans with a True, got {mask.shape} {mask.dtype}",
                "Such as terminations | truncations.",
            )
        return np.flatnonzero(mask)

    def _begin(
        self,
        slots: NDArray[np.intp],
        options: Mapping[str, Any] | None = None,
        seeds: Sequence[int | None] | None = None,
    ) -> None:
        result = self.scheduler.begin(slots.tolist(), options, seeds)[self.agent]
        rows = np.empty((len(slots), self._observation.shape[1]), dtype=np.float32)
        write_float32(rows, result.observation[slots])
        self._observation[slots] = rows
        self._returns[slots] = 0.0
        self._finished[slots] = False

    def _record(self, slots: NDArray[np.intp], result: AgentStep) -> None:
        for slot in slots.tolist():
            self.scheduler.record(slot, bool(result.success[slot]), float(self._returns[slot]))

    def _restart(self, ended: NDArray[np.intp], info: dict[str, Any]) -> dict[str, Any]:
        """Begin the next episodes of slots within the step that ended them."""
        final = {**info, "_is_success": self._finished.copy()}
        final["is_success"] = info["is_success"] & self._finished
        observations = np.full(self.num_envs, None, dtype=object)
        for slot in ended.tolist():
            observations[slot] = self._observation[slot].copy()
        mask = self._finished.copy()
        self._begin(ended)
        return {
            "is_success": info["is_success"] & ~mask,
            "_is_success": ~mask,
            **self._infos.of(ended, self.rollout.variant[ended]),
            "final_obs": observations,
            "_final_obs": mask,
            "final_info": final,
            "_final_info": mask.copy(),
        }

    @property
    def _slots(self) -> NDArray[np.intp]:
        return np.arange(self.num_envs)

    def _observed(self) -> Observations:
        return self._observation.copy() if self._copy else self._observation


def _only_agent(variants: Sequence[PackVariant]) -> str:
    """Return the agent of worlds with one.

    Raises:
        InputError: There are several.
    """
    agents = variants[0].agents
    if len(agents) != 1:
        if any(len(variant.agents) == 1 for variant in variants):
            raise groups_differ(variants)  # one of the groups may do
        raise InputError(
            f"the worlds have {len(agents)} agents: {', '.join(agents)}",
            "Use envgen.parallel_env (PettingZoo) for several agents.",
            on_command_line="This command takes worlds of one agent: give a pack of such.",
        )
    return agents[0]
