"""rsl_rl: a `VecEnv` with TensorDict observations over the batched environment.

```python
from rsl_rl.runners import OnPolicyRunner
from envgen.envs.adapters.rsl_rl import PackRslEnv
from envgen.learn.settings import TrainSettings

env = PackRslEnv("rough terrain for ants", 64)
OnPolicyRunner(env, TrainSettings().to_rsl_rl(), "logs").learn(300)
```
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium.vector import AutoresetMode
from rsl_rl.env import VecEnv
from tensordict import TensorDict

from envgen.core.errors import InputError
from envgen.envs.vector import PackVectorEnv, SavedEnv
from envgen.packs.pack import Pack

GROUP = "policy"
"""Name of the group that holds the whole observation."""


def check_device(device: str) -> str:
    """Return the name of a device of PyTorch.

    Raises:
        InputError: There is none of this name here.
    """
    try:
        torch.zeros(1, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:
        cause = (str(error) or type(error).__name__).partition("\n")[0]
        raise InputError(
            f"device must be one that PyTorch finds here, got {device!r}: {cause}", "Such as cpu."
        ) from None
    return device


class PackRslEnv(VecEnv):
    """Slots of a pack as rsl_rl wants them: reset within the step that ends them, `time_outs` bootstrapped.

    Args:
        pack: A pack, its path, or a prompt.
        num_envs: Number of slots; by default one per variant.
        device: Where tensors go.
        seed: Of the episodes.
        options: See `PackVectorEnv`.
    """

    def __init__(
        self,
        pack: Pack | str | Path,
        num_envs: int | None = None,
        *,
        device: str = "cpu",
        seed: int = 0,
        **options: Any,
    ) -> None:
        self.env = PackVectorEnv(
            num_envs, pack=pack, autoreset_mode=AutoresetMode.SAME_STEP, copy=False, **options
        )
        self.num_envs = self.env.num_envs
        self.num_actions = int(self.env.single_action_space.shape[0])
        self.device = check_device(device)
        self.cfg: dict[str, Any] = {}
        rollout = self.env.rollout
        self.max_episode_length = round(float((rollout.limit / rollout.period).max()))
        self.episode_length_buf = torch.zeros(self.num_envs, dtype=torch.long, device=device)
        self._observation, _ = self.env.reset(seed=seed)

    def get_observations(self) -> TensorDict:
        return self._as_dict(self._observation)

    def step(self, actions: torch.Tensor) -> tuple[TensorDict, torch.Tensor, torch.Tensor, dict[str, Any]]:
        observation, reward, terminated, truncated, info = self.env.step(
            actions.detach().cpu().numpy().astype(np.float64)
        )
        self._observation = observation
        done = torch.from_numpy(terminated | truncated).to(self.device)
        self.episode_length_buf += 1
        self.episode_length_buf[done] = 0
        extras: dict[str, Any] = {"time_outs": torch.from_numpy(truncated).to(self.device), "info": info}
        return (
            self._as_dict(observation),
            torch.from_numpy(reward.astype(np.float32)).to(self.device),
            done.long(),
            extras,
        )

    def resume(self, saved: SavedEnv) -> None:
        """Go on in the middle of episodes that `PackVectorEnv.save` kept."""
        self._observation = self.env.restore(saved)

    def _as_dict(self, observation: Any) -> TensorDict:
        tensor = torch.from_numpy(observation.copy()).to(self.device)
        return TensorDict({GROUP: tensor}, batch_size=[self.num_envs], device=self.device)
