"""One training: an environment, PPO of rsl_rl, checkpoints."""

from __future__ import annotations

import contextlib
import io
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rsl_rl.algorithms import PPO

from envgen.core.errors import InputError
from envgen.envs.adapters.rsl_rl import PackRslEnv
from envgen.learn.export import actor_to_onnx
from envgen.learn.settings import TrainSettings
from envgen.packs.pack import Pack

WINDOW = 200
"""Finished episodes over which return and success are averaged."""


@dataclass(frozen=True)
class Progress:
    """What is known after an iteration.

    Attributes:
        iteration: Number of iterations done.
        steps: Control steps done, over all slots.
        reward: Mean return of the last episodes; NaN before the first.
        success: Share of them that succeeded.
        length: Mean control steps of them.
        rate: Control steps per second, updates included.
        noise: Mean standard deviation of actions.
    """

    iteration: int
    steps: int
    reward: float
    success: float
    length: float
    rate: float
    noise: float


class Trainer:
    """Trains a policy on the variants of a pack.

    Args:
        pack: The pack; its worlds must have one agent.
        settings: Hyperparameters.
        device: `cpu` or `cuda`; by default a GPU if there is one.

    Raises:
        InputError: The pack has several agents, or bodies with different spaces.
    """

    def __init__(self, pack: Pack, settings: TrainSettings, device: str | None = None) -> None:
        self.settings = settings
        self.device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(settings.seed)
        torch.set_num_threads(settings.threads)
        self.env = PackRslEnv(
            pack,
            settings.num_envs,
            device=self.device,
            sampling=settings.sampling,
            threads=settings.threads,
            seed=settings.seed,
        )
        observation = self.env.get_observations()
        with contextlib.redirect_stdout(io.StringIO()):  # rsl_rl prints its networks
            self.algorithm: Any = PPO.construct_algorithm(
                observation, self.env, settings.to_rsl_rl(), self.device
            )
        self.iteration = 0
        self._observation = observation
        self._returns = np.zeros(settings.num_envs)
        self._lengths = np.zeros(settings.num_envs)
        self._episodes: list[tuple[float, bool, float]] = []

    def iterate(self) -> Progress:
        """Collect one batch and update the networks."""
        began = time.perf_counter()
        algorithm, observation = self.algorithm, self._observation
        algorithm.train_mode()
        with torch.inference_mode():
            for _ in range(self.settings.horizon):
                actions = algorithm.act(observation)
                observation, reward, done, extras = self.env.step(actions)
                self._count(reward, done, extras)
                algorithm.process_env_step(observation, reward, done, extras)
            algorithm.compute_returns(observation)
        algorithm.update()
        self._observation = observation
        self.iteration += 1
        return self._progress(self.settings.batch / (time.perf_counter() - began))

    def export(self) -> bytes:
        """Return the policy as an ONNX file, normalisation and metadata inside."""
        env = self.env.env
        return actor_to_onnx(self.algorithm.get_policy(), env.rollout, env.agent)

    def save(self, path: Path) -> None:
        """Write a checkpoint; a file that is there is replaced only when the new one is whole."""
        part = path.with_name(f".{path.name}.part")
        content = {
            **self.algorithm.save(),
            "iteration": self.iteration,
            "settings": asdict(self.settings),
            "learning_rate": self.algorithm.learning_rate,
            "torch": torch.get_rng_state(),
            "env": self.env.env.save(),
            "counts": (self._returns, self._lengths, self._episodes),
        }
        torch.save(content, part)
        os.replace(part, path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint of the same pack and settings.

        Raises:
            InputError: It is damaged, or of other settings.
        """
        try:
            # written by us, and read only from the folder that the user names: it holds NumPy states
            content = torch.load(path, weights_only=False, map_location=self.device)
            then = dict(content["settings"])
        except Exception as error:  # what torch and pickle raise on damage differs
            raise InputError(f"{path} is no checkpoint: {error}", "Begin anew with --overwrite.") from None
        now = asdict(self.settings)
        other = [name for name in now if name not in ("steps", "threads") and now[name] != then.get(name)]
        if other:
            raise InputError(
                f"{path} was trained with other {', '.join(other)}", "Give the same options, or --overwrite."
            )
        self.algorithm.load(content, None, True)
        self.algorithm.learning_rate = content["learning_rate"]
        torch.set_rng_state(content["torch"].cpu())
        self.iteration = int(content["iteration"])
        self.env.resume(content["env"])
        self._returns, self._lengths, self._episodes = content["counts"]
        self._observation = self.env.get_observations()

    def _count(self, reward: torch.Tensor, done: torch.Tensor, extras: dict[str, Any]) -> None:
        self._returns += reward.cpu().numpy()
        self._lengths += 1
        ended = np.flatnonzero(done.cpu().numpy())
        if not len(ended):
            return
        success = extras["info"]["final_info"]["is_success"]
        for slot in ended.tolist():
            self._episodes.append(
                (float(self._returns[slot]), bool(success[slot]), float(self._lengths[slot]))
            )
        self._returns[ended] = self._lengths[ended] = 0
        del self._episodes[:-WINDOW]

    def _progress(self, rate: float) -> Progress:
        table = np.array(self._episodes, dtype=float).reshape(-1, 3)
        reward, success, length = table.mean(axis=0) if len(table) else (np.nan, np.nan, np.nan)
        noise = float(self.algorithm.get_policy().output_std.detach().mean())
        steps = self.iteration * self.settings.batch
        return Progress(self.iteration, steps, float(reward), float(success), float(length), rate, noise)
