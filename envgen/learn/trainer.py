"""One training: an environment, PPO of rsl_rl, checkpoints."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rsl_rl.algorithms import PPO

from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.envs.adapters.rsl_rl import GROUP, PackRslEnv, check_device
from envgen.learn.evaluate import start_noise_of
from envgen.learn.export import actor_to_onnx
from envgen.learn.mirror import find_mirror, rsl_rl_symmetry
from envgen.learn.motion import level_distance, level_positions
from envgen.learn.settings import TrainSettings
from envgen.packs.pack import Pack

WINDOW = 200
"""Finished episodes over which return and success are averaged."""
FREE = ("steps", "threads", "torch_threads")
"""Settings that may change when a training is resumed."""


@dataclass(frozen=True)
class Progress:
    """Progress of a training after an iteration.

    Attributes:
        iteration: Number of iterations done.
        steps: Control steps done, over all slots.
        reward: Mean return of the last episodes; NaN before the first.
        success: Share of them that succeeded.
        length: Mean control steps of them.
        speed: Mean level speed in this iteration, in m/s.
        rate: Control steps per second, updates included.
        noise: Mean standard deviation of actions.
    """

    iteration: int
    steps: int
    reward: float
    success: float
    length: float
    speed: float
    rate: float
    noise: float


class Trainer:
    """Trains a policy on the variants of a pack.

    After each iteration it keeps a copy of its whole state, so that a training that is interrupted in the
    middle of an update is saved as it was after the last whole iteration.

    Args:
        pack: The pack; its worlds must have one agent.
        settings: Hyperparameters.
        device: `cpu` or `cuda`; by default a GPU if there is one.

    Raises:
        InputError: The pack has several agents, or bodies with different spaces; or there is no such device.
    """

    def __init__(self, pack: Pack, settings: TrainSettings, device: str | None = None) -> None:
        self.settings = settings
        self.device = check_device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self.digest = _digest(pack)
        torch.manual_seed(settings.seed % 2**63)  # it takes 64 bits
        torch.set_num_threads(settings.torch_threads)
        self.env = PackRslEnv(
            pack,
            settings.num_envs,
            device=self.device,
            group=settings.group,
            sampling=settings.sampling,
            threads=settings.threads,
            randomize=start_noise_of(pack, settings.start_noise),
            seed=settings.seed,
        )
        observation = self.env.get_observations()
        with contextlib.redirect_stdout(io.StringIO()):  # rsl_rl prints its networks
            self.algorithm: Any = PPO.construct_algorithm(observation, self.env, self._config(), self.device)
        self.iteration = 0
        self._observation = observation
        self._returns = np.zeros(settings.num_envs)
        self._lengths = np.zeros(settings.num_envs)
        self._episodes: list[tuple[float, bool, float]] = []
        self._kept = self._state()

    def _config(self) -> dict[str, Any]:
        config = self.settings.to_rsl_rl()
        if self.settings.mirror:
            mirror = find_mirror(self.env.env.rollout)
            config["algorithm"]["symmetry_cfg"] = rsl_rl_symmetry(mirror, GROUP, self.device)
        return config

    def iterate(self) -> Progress:
        """Collect one batch and update the networks."""
        began = time.perf_counter()
        algorithm, observation, rollout = self.algorithm, self._observation, self.env.env.rollout
        algorithm.train_mode()
        path = seconds = 0.0
        with torch.inference_mode():
            for _ in range(self.settings.horizon):
                before, period = level_positions(rollout), rollout.period[rollout.variant]
                actions = algorithm.act(observation)
                observation, reward, done, extras = self.env.step(actions)
                self._count(reward, done, extras)
                algorithm.process_env_step(observation, reward, done, extras)
                goes_on = ~done.cpu().numpy().astype(bool)  # others stand at a new start
                path += float(_moved(before, level_positions(rollout))[goes_on].sum())
                seconds += float(period[goes_on].sum())
            algorithm.compute_returns(observation)
        algorithm.update()
        self._observation = observation
        self.iteration += 1
        self._kept = self._state()
        rate = self.settings.batch / (time.perf_counter() - began)
        return self._progress(path / seconds if seconds else float("nan"), rate)

    def rewind(self) -> None:
        """Go back to the end of the last whole iteration."""
        self._restore(torch.load(io.BytesIO(self._kept), weights_only=False, map_location=self.device))

    def export(self) -> bytes:
        """Return the policy as an ONNX file, normalisation and metadata inside."""
        env = self.env.env
        return actor_to_onnx(self.algorithm.get_policy(), env.rollout, env.agent)

    def save(self, path: Path) -> None:
        """Write a checkpoint of the last whole iteration, atomically."""
        part = path.with_name(f".{path.name}.part")
        part.write_bytes(self._kept)
        os.replace(part, path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint of the same pack and settings.

        Raises:
            InputError: It is damaged, or of another pack or other settings.
        """
        try:
            # written by us, and read only from the folder that the user names: it holds NumPy states
            content = torch.load(path, weights_only=False, map_location=self.device)
            # trainings before there were these settings
            then = {"start_noise": 0.0, "mirror": False, **content["settings"]}
            digest = content["pack"]
        except Exception as error:  # what torch and pickle raise on damage differs
            cause = str(error).partition("\n")[0]
            raise InputError(
                f"a checkpoint must be one of `envgen train`, got {path}: {cause}",
                "Begin anew with --overwrite.",
            ) from None
        if digest != self.digest:
            raise InputError(
                f"{path} belongs to a training on another pack", "Give the same pack, or --overwrite."
            )
        now = asdict(self.settings)
        other = [name for name in now if name not in FREE and now[name] != then.get(name)]
        if other:
            raise InputError(
                f"{path} was trained with other {', '.join(other)}", "Give the same options, or --overwrite."
            )
        self._restore(content)
        self._kept = self._state()

    def _state(self) -> bytes:
        """Return all that the next iterations depend on."""
        env = self.env.env
        content = {
            **self.algorithm.save(),
            "iteration": self.iteration,
            "settings": asdict(self.settings),
            "pack": self.digest,
            "learning_rate": self.algorithm.learning_rate,
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state_all() if self.device.startswith("cuda") else [],
            "env": env.save(),
            "counts": (self._returns, self._lengths, self._episodes),
        }
        file = io.BytesIO()
        torch.save(content, file)
        return file.getvalue()

    def _restore(self, content: dict[str, Any]) -> None:
        self.algorithm.load(content, None, True)
        self.algorithm.learning_rate = content["learning_rate"]
        self.algorithm.storage.clear()
        torch.set_rng_state(content["torch"].cpu())
        if self.device.startswith("cuda"):
            torch.cuda.set_rng_state_all([state.cpu() for state in content["cuda"]])
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

    def _progress(self, speed: float, rate: float) -> Progress:
        table = np.array(self._episodes, dtype=float).reshape(-1, 3)
        reward, success, length = table.mean(axis=0) if len(table) else (np.nan, np.nan, np.nan)
        noise = float(self.algorithm.get_policy().output_std.detach().mean())
        steps = self.iteration * self.settings.batch
        return Progress(
            self.iteration, steps, float(reward), float(success), float(length), speed, rate, noise
        )


def _moved(before: Floats, after: Floats) -> Floats:
    return level_distance(before, after)[:, 0]


def _digest(pack: Pack) -> str:
    """Return a digest of what a training depends on: files, task, control and draws of a pack."""
    whole, cfg = pack.manifest, pack.manifest["cfg"]
    settings = [pack.task, pack.seed, cfg["control"], cfg["randomize"]]
    parts = [json.dumps([*settings, whole.get("sweep"), whole.get("assets")], sort_keys=True)]
    parts += [f"{v.index}:{sorted(v.entry['files'].items())}{sorted(v.drawn.items())}" for v in pack]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
