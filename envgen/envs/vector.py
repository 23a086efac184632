"""Many episodes at once: a Gymnasium vector environment over the variants of a pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.envs.rendering import FPS, RENDER_MODES, Renderer
from envgen.envs.sampling import make_sampler
from envgen.envs.slots import SlotScheduler, describe
from envgen.envs.source import make_rollout, open_source, select_variants
from envgen.envs.spaces import agent_spaces
from envgen.packs.pack import Pack
from envgen.rollout.saved import Saved
from envgen.rollout.step_result import AgentStep

MAX_ENVS = 65_536
Observations = NDArray[np.float32]
Rewards = NDArray[np.float64]
Mask = NDArray[np.bool_]


class PackVectorEnv(VectorEnv[Observations, NDArray[Any], NDArray[Any]]):
    """Variants of a pack side by side; a slot may get another variant at each reset.

    Args:
        num_envs: Number of slots; it does not depend on the number of variants. By default one per variant.
        pack: A pack, its path, or a prompt of which a pack is made once and cached.
        index: Index of a variant, or several; by default all.
        group: Which variants, where a pack has bodies with different spaces.
        sampling: How a slot gets its next variant: `fixed`, `uniform`, `difficulty`, `curriculum` or
            `prioritized`.
        autoreset_mode: When a finished episode is followed by the next one (Gymnasium's `AutoresetMode`).
        threads: Threads of physics; results do not depend on it.
        copy: Whether observations are copied; else the same buffer is returned by each step.
        render_mode: `rgb_array` (the first slot) or None.

    Raises:
        InputError: The pack has several agents, or variants with different spaces; or an argument is wrong.
    """

    def __init__(
        self,
        num_envs: int | None = None,
        *,
        pack: Pack | str | Path,
        index: int | Sequence[int] | None = None,
        group: int | None = None,
        sampling: str = "uniform",
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
        threads: int = 1,
        copy: bool = True,
        render_mode: str | None = None,
    ) -> None:
        variants = select_variants(open_source(pack), index, group)
        count = len(variants) if num_envs is None else num_envs
        if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_ENVS:
            raise InputError(
                f"num_envs must be an integer from 1 to {MAX_ENVS:,}, got {num_envs!r}", "Such as 64."
            )
        if render_mode not in (None, *RENDER_MODES):
            raise InputError(f"unknown render_mode {render_mode!r}", f"Known: {', '.join(RENDER_MODES)}.")
        sampler = make_sampler(sampling, [variant.difficulty for variant in variants])
        self.rollout = make_rollout(variants, [i % len(variants) for i in range(count)], threads)
        if len(self.rollout.agents) != 1:
            raise InputError(
                f"the worlds have {len(self.rollout.agents)} agents: {', '.join(self.rollout.agents)}",
                "Use envgen.parallel_env (PettingZoo) for several agents.",
            )
        self.agent = self.rollout.agents[0]
        self.mode = AutoresetMode(autoreset_mode)
        self.num_envs, self.render_mode, self._copy = count, render_mode, copy
        self.metadata = {"render_modes": list(RENDER_MODES), "render_fps": FPS, "autoreset_mode": self.mode}
        self.layout = self.rollout.observation_layout(self.agent)
        self.single_observation_space, self.single_action_space = agent_spaces(self.rollout, self.agent)
        self.observation_space = batch_space(self.single_observation_space, count)
        self.action_space = batch_space(self.single_action_space, count)
        self.scheduler = SlotScheduler(self.rollout, sampler)
        self._index, self._difficulty, self._drawn = describe(variants)
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
            options: `variant` (index, one or one each), `difficulty` (a number or [low, high]), `reset_mask`.

        Returns:
            (n, k) observations, and `variant`, `difficulty`, `drawn` of the slots.
        """
        if seed is not None:
            seeds = [seed + i for i in range(self.num_envs)] if isinstance(seed, int) else list(seed)
            if len(seeds) != self.num_envs:
                raise InputError(
                    f"{len(seeds)} seeds are given for {self.num_envs} slots", "Give one for each."
                )
            self.scheduler.seed(seeds)
        elif not self._began:
            self.scheduler.seed([int(s) for s in self.np_random.integers(2**31, size=self.num_envs)])
        self._began = True
        slots = self._asked(options)
        self._begin(slots, options)
        return self._observed(), self._episode_info(slots)

    def step(self, actions: NDArray[Any]) -> tuple[Observations, Rewards, Mask, Mask, dict[str, Any]]:
        """Do one control step in every slot.

        Args:
            actions: (n, k) in [-1, 1].

        Returns:
            Observations, rewards, terminations, truncations and infos. At the end of an episode `is_success`
            says whether the task was done.
        """
        if not self._began:
            raise gymnasium.error.ResetNeeded("call reset before step")
        again = np.flatnonzero(self._finished)
        if len(again) and self.mode is AutoresetMode.DISABLED:
            raise InputError(
                f"the episodes of slots {again.tolist()[:8]} have ended",
                "Reset them with options reset_mask.",
            )
        result = self.rollout.step({self.agent: np.asarray(actions)})[self.agent]
        terminated, truncated = self._ended(result)
        self._write(result.observation)
        self._returns += result.reward
        ended = terminated | truncated
        info: dict[str, Any] = {}
        if ended.any():
            self._note(np.flatnonzero(ended), result)
            info = {"is_success": result.success & ended, "_is_success": ended.copy()}
        self._finished = ended
        reward = result.reward.copy()
        if len(again):  # only with NEXT_STEP: these did no step, their new episode begins now
            self._begin(again, None)
            info |= self._episode_info(again)
        elif ended.any() and self.mode is AutoresetMode.SAME_STEP:
            info = self._same_step(np.flatnonzero(ended), info)
        return self._observed(), reward, terminated, truncated, info

    def resume(self, saved: Saved) -> Observations:
        """Go on in the middle of episodes that `Rollout.save` kept."""
        self.rollout.restore(saved)
        self._write(self.rollout.observe()[self.agent])
        self._finished[:] = self.rollout.done
        self._began = True
        return self._observed()

    def render(self) -> tuple[NDArray[np.uint8], ...] | None:
        """Return a picture (height, width, 3) of the first slot, with `render_mode="rgb_array"`."""
        if self.render_mode is None:
            return None
        if self._renderer is None:
            self._renderer = Renderer(self.rollout)
        return (self._renderer.picture(0),)

    def close_extras(self, **kwargs: Any) -> None:
        if self._renderer is not None:
            self._renderer.close()

    def _asked(self, options: Mapping[str, Any] | None) -> NDArray[np.intp]:
        mask = (options or {}).get("reset_mask")
        if mask is None:
            return np.arange(self.num_envs)
        mask = np.asarray(mask)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise InputError(
                f"reset_mask must be {self.num_envs} booleans with a True, got {mask.shape} {mask.dtype}",
                "Such as terminations | truncations.",
            )
        return np.flatnonzero(mask)

    def _begin(self, slots: NDArray[np.intp], options: Mapping[str, Any] | None) -> None:
        result = self.scheduler.begin(slots.tolist(), options)[self.agent]
        self._observation[slots] = result.observation[slots]
        self._returns[slots] = 0.0
        self._finished[slots] = False

    def _ended(self, result: AgentStep) -> tuple[Mask, Mask]:
        """Terminated and truncated; a success that ends the episode counts as terminated."""
        truncated = result.truncated.copy()
        return (result.terminated | result.success) & ~truncated, truncated

    def _note(self, slots: NDArray[np.intp], result: AgentStep) -> None:
        for slot in slots.tolist():
            self.scheduler.sampler.record(
                int(self.rollout.variant[slot]), bool(result.success[slot]), float(self._returns[slot])
            )

    def _same_step(self, ended: NDArray[np.intp], final: dict[str, Any]) -> dict[str, Any]:
        observations = np.full(self.num_envs, None, dtype=object)
        for slot in ended.tolist():
            observations[slot] = self._observation[slot].copy()
        mask = np.zeros(self.num_envs, dtype=bool)
        mask[ended] = True
        final |= self._episode_info(ended)
        self._begin(ended, None)
        return {
            "final_obs": observations,
            "_final_obs": mask,
            "final_info": final,
            "_final_info": mask.copy(),
            **self._episode_info(ended),
        }

    def _episode_info(self, slots: NDArray[np.intp]) -> dict[str, Any]:
        mask = np.zeros(self.num_envs, dtype=bool)
        mask[slots] = True
        place = self.rollout.variant
        return {
            "variant": self._index[place],
            "_variant": mask,
            "difficulty": self._difficulty[place],
            "_difficulty": mask.copy(),
            "drawn": self._drawn[place],
            "_drawn": mask.copy(),
        }

    def _write(self, observation: NDArray[np.float64]) -> None:
        np.copyto(self._observation, observation, casting="same_kind")

    def _observed(self) -> Observations:
        return self._observation.copy() if self._copy else self._observation
