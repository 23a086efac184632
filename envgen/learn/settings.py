"""Settings of a training."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

from envgen.core.errors import InputError


@dataclass(frozen=True)
class TrainSettings:
    """Hyperparameters of PPO, near those of legged_gym and Isaac Lab, with networks for a browser.

    Attributes:
        steps: Control steps over all slots.
        num_envs: Slots that are stepped side by side.
        horizon: Control steps of each slot between updates.
        epochs: Passes over a batch.
        minibatches: Parts of a batch per pass.
        learning_rate: At first; it adapts to keep the KL divergence near `kl`.
        kl: Desired KL divergence of an update.
        gamma: Discount per control step.
        lam: Lambda of generalised advantage estimation.
        entropy: Weight of the entropy bonus.
        noise: Standard deviation of actions at first.
        hidden: Units of each hidden layer, of actor and critic.
        start_noise: `randomize.start_noise` where the pack has none: else a policy knows one start only.
        mirror: Learn from mirror images too, left and right exchanged (`envgen.learn.mirror`).
        sampling: How slots draw variants (`envgen.envs.sampling`).
        seed: Of the networks, the actions and the episodes.
        threads: Threads of physics.
        torch_threads: Threads of PyTorch; more than one does not pay for networks this small.
        group: Which variants, where a pack has bodies with different spaces.
    """

    steps: int = 12_000_000
    num_envs: int = 256
    horizon: int = 32
    epochs: int = 4
    minibatches: int = 4
    learning_rate: float = 1e-3
    kl: float = 0.01
    gamma: float = 0.99
    lam: float = 0.95
    entropy: float = 0.003
    noise: float = 0.6
    hidden: tuple[int, ...] = (64, 64)
    start_noise: float = 0.05
    mirror: bool = False
    sampling: str = "uniform"
    seed: int = 0
    threads: int = 2
    torch_threads: int = 1
    group: int | None = None

    def __post_init__(self) -> None:
        for name in ("steps", "num_envs", "horizon", "epochs", "minibatches", "threads", "torch_threads"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                option = f"--{name.replace('_', '-')}"
                raise InputError(f"{name} must be a positive integer, got {value!r}", f"Such as {option} 64.")

    def changed(self, **values: Any) -> Self:
        """Return a copy with other values; None leaves one as it is."""
        return replace(self, **{name: value for name, value in values.items() if value is not None})

    @property
    def batch(self) -> int:
        """Control steps of one iteration."""
        return self.num_envs * self.horizon

    @property
    def iterations(self) -> int:
        """Iterations until `steps` are done."""
        return -(-self.steps // self.batch)

    def to_rsl_rl(self) -> dict[str, Any]:
        """Return the configuration that rsl_rl's algorithms take."""
        network = {
            "class_name": "rsl_rl.models:MLPModel",
            "hidden_dims": list(self.hidden),
            "activation": "tanh",
            "obs_normalization": True,
        }
        return {
            "num_steps_per_env": self.horizon,
            "save_interval": 10**9,
            "obs_groups": {"actor": ["policy"], "critic": ["policy"]},
            "actor": {
                **network,
                "distribution_cfg": {
                    "class_name": "rsl_rl.modules:GaussianDistribution",
                    "init_std": self.noise,
                    "std_range": (0.05, 1.0),
                },
            },
            "critic": dict(network),
            "algorithm": {
                "class_name": "rsl_rl.algorithms:PPO",
                "num_learning_epochs": self.epochs,
                "num_mini_batches": self.minibatches,
                "learning_rate": self.learning_rate,
                "schedule": "adaptive",
                "desired_kl": self.kl,
                "gamma": self.gamma,
                "lam": self.lam,
                "entropy_coef": self.entropy,
                "value_loss_coef": 1.0,
                "clip_param": 0.2,
                "max_grad_norm": 1.0,
                "use_clipped_value_loss": True,
            },
            "multi_gpu": None,
        }
