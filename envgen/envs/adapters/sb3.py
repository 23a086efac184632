"""Stable-Baselines3: a `VecEnv` over the batched environment.

```python
from stable_baselines3 import PPO
from envgen.envs.adapters.sb3 import PackVecEnv

PPO("MlpPolicy", PackVecEnv("rough terrain for ants", 64)).learn(1_000_000)
```
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from envgen.envs.infos import of_slot
from envgen.envs.vector import PackVectorEnv
from envgen.packs.pack import Pack


class PackVecEnv(VecEnv):
    """Slots of a pack as Stable-Baselines3 wants them: finished ones are reset within the step.

    Infos of an episode's end hold its return and length, as those of a `VecMonitor` do. Options that
    `set_options` gives the first slot are used for all.

    Args:
        pack: A pack, its path, or a prompt.
        num_envs: Number of slots; by default one per variant.
        options: See `PackVectorEnv`.
    """

    def __init__(self, pack: Pack | str | Path, num_envs: int | None = None, **options: Any) -> None:
        self.env = PackVectorEnv(num_envs, pack=pack, autoreset_mode=AutoresetMode.SAME_STEP, **options)
        self._actions: NDArray[Any] | None = None
        self.render_mode = self.env.render_mode
        self._returns, self._lengths = np.zeros(self.env.num_envs), np.zeros(self.env.num_envs, dtype=int)
        super().__init__(self.env.num_envs, self.env.single_observation_space, self.env.single_action_space)

    def reset(self) -> NDArray[np.float32]:
        seeds = self._seeds if any(seed is not None for seed in self._seeds) else None
        observation, info = self.env.reset(seed=seeds, options=self._options[0])
        self._reset_seeds()
        self._reset_options()
        self._returns[:], self._lengths[:] = 0, 0
        self.reset_infos = [of_slot(info, slot) for slot in range(self.num_envs)]
        return observation

    def step_async(self, actions: NDArray[Any]) -> None:
        self._actions = actions

    def step_wait(
        self,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        assert self._actions is not None, "step_async comes first"
        observation, reward, terminated, truncated, info = self.env.step(self._actions)
        self._returns += reward
        self._lengths += 1
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        done = terminated | truncated
        for slot in np.flatnonzero(done).tolist():
            infos[slot] = {
                **of_slot(info["final_info"], slot),
                "terminal_observation": info["final_obs"][slot],
                "TimeLimit.truncated": bool(truncated[slot]),
                "episode": {"r": float(self._returns[slot]), "l": int(self._lengths[slot])},
            }
        self._returns[done], self._lengths[done] = 0, 0
        return observation, reward.astype(np.float32), done, infos

    def close(self) -> None:
        self.env.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        return [getattr(self.env, attr_name)] * len(list(self._get_indices(indices)))

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        setattr(self.env, attr_name, value)

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **kwargs: Any) -> list[Any]:
        return [getattr(self.env, method_name)(*args, **kwargs)] * len(list(self._get_indices(indices)))

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        return [False] * len(list(self._get_indices(indices)))

    def get_images(self) -> Sequence[NDArray[np.uint8] | None]:
        pictures = self.env.render()
        return [None] * self.num_envs if pictures is None else list(pictures)
