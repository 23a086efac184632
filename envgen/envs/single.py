"""One episode at a time: a Gymnasium environment over the variants of a pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.envs.arguments import check_action, check_options, check_render_mode, check_seed
from envgen.envs.infos import of_slot
from envgen.envs.rendering import FPS, RENDER_MODES
from envgen.envs.slots import EPISODE_OPTIONS
from envgen.envs.vector import PackVectorEnv
from envgen.packs.pack import Pack
from envgen.rollout.rollout import Rollout


class PackEnv(gymnasium.Env):
    """Variants of a pack, one per episode.

    Args:
        pack: A pack, its path, or a prompt of which a pack is made once and cached.
        index: Index of the variant, or several; None for all of the pack.
        group: Which variants, where a pack has bodies with different spaces.
        sampling: How the variant of an episode is drawn, if there are several.
        randomize: Settings of `EnvCfg.randomize` other than the pack's, such as `{"start_noise": 0.05}`.
        render_mode: `rgb_array`, `human` or None.

    Raises:
        InputError: As `PackVectorEnv`.
    """

    metadata: dict[str, Any] = {"render_modes": ["human", *RENDER_MODES], "render_fps": FPS}  # noqa: RUF012

    def __init__(
        self,
        pack: Pack | str | Path,
        index: int | Sequence[int] | None = None,
        *,
        group: int | None = None,
        sampling: str = "uniform",
        randomize: Mapping[str, Any] | None = None,
        render_mode: str | None = None,
    ) -> None:
        check_render_mode(render_mode, self.metadata["render_modes"])
        self.render_mode = render_mode
        self._human = render_mode == "human"
        self._batch = PackVectorEnv(
            1,
            pack=pack,
            index=index,
            group=group,
            sampling=sampling,
            autoreset_mode=AutoresetMode.DISABLED,
            threads=1,
            copy=True,
            randomize=randomize,
            render_mode="rgb_array" if render_mode else None,
        )
        self._window: Any = None
        self._over = False
        self.observation_space = self._batch.single_observation_space
        self.action_space = self._batch.single_action_space

    @property
    def rollout(self) -> Rollout:
        """The engine behind it, of one slot."""
        return self._batch.rollout

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Begin an episode; `options`: `variant` (index) or `difficulty` (number or [low, high]).

        Raises:
            InputError: The seed or an option is wrong; nothing was reset.
        """
        own = check_seed(seed)
        observation, info = self._batch.reset(seed=own, options=check_options(options, EPISODE_OPTIONS))
        super().reset(seed=own)
        self._over = False
        self._show()
        return observation[0], of_slot(info, 0)

    def step(
        self, action: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Do one control step; `action` (k,) in [-1, 1].

        Raises:
            InputError: The action has another shape or is no finite number, or the episode has ended.
        """
        if self._over:
            raise InputError("the episode has ended", "Call reset.")
        own = check_action(action, "the action", self.action_space.shape)
        observation, reward, terminated, truncated, info = self._batch.step(own[None])
        self._show()
        ends = bool(terminated[0]), bool(truncated[0])
        self._over = any(ends)
        return observation[0], float(reward[0]), *ends, of_slot(info, 0)

    def render(self) -> Any:
        """Return a picture (height, width, 3) with `rgb_array`; with `human` each step shows the window."""
        if self._human or self.render_mode is None:
            return None
        pictures = self._batch.render()
        return None if pictures is None else pictures[0]

    def close(self) -> None:
        if self._window is not None:
            self._window.close()
        self._batch.close()

    def _show(self) -> None:
        if not self._human:
            return
        if self._window is None:
            from envgen.envs.window import Window

            self._window = Window(self._batch.rollout)
        self._window.show()
