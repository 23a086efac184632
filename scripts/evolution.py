"""CMA-ES for the searches of this folder: N. Hansen, The CMA Evolution Strategy, arXiv:1604.00772."""

from __future__ import annotations

import math

import numpy as np


class Search:
    """Maximises a function of n numbers by asking for its value at points that it draws.

    Args:
        start: (n,) where it starts.
        spread: (n,) how far it looks around at first.
        rng: Draws the points.
        size: Points of a round; by default a few more than the tutorial's.

    Attributes:
        best: (n,) the best point so far.
        best_value: Its value.
    """

    def __init__(
        self, start: np.ndarray, spread: np.ndarray, rng: np.random.Generator, size: int | None = None
    ) -> None:
        n = len(start)
        self.spread, self.rng = spread, rng
        self.size = size or 8 + int(3 * math.log(n))
        half = self.size // 2
        weights = math.log(half + 0.5) - np.log(np.arange(1, half + 1))
        self.weights = weights / weights.sum()
        self.mass = mass = 1.0 / (self.weights**2).sum()
        self.c_sigma, self.c_c = (mass + 2) / (n + mass + 5), (4 + mass / n) / (n + 4 + 2 * mass / n)
        self.c_1 = 2 / ((n + 1.3) ** 2 + mass)
        self.c_mu = min(1 - self.c_1, 2 * (mass - 2 + 1 / mass) / ((n + 2) ** 2 + mass))
        self.damp = 1 + 2 * max(0.0, math.sqrt((mass - 1) / (n + 1)) - 1) + self.c_sigma
        self.usual = math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
        self.mean, self.sigma, self.covariance = start / spread, 1.0, np.eye(n)
        self.path_c, self.path_s = np.zeros(n), np.zeros(n)
        self.rounds = 0
        self.best, self.best_value = np.array(start), -math.inf
        self._moves = np.zeros((self.size, n))

    @property
    def centre(self) -> np.ndarray:
        """(n,) the point around which it looks."""
        return self.mean * self.spread

    @property
    def narrow(self) -> bool:
        """Whether it has closed in on a point."""
        return bool(self.sigma * math.sqrt(np.linalg.eigvalsh(self.covariance)[-1]) < 0.02)

    def ask(self) -> np.ndarray:
        """(size, n) points whose values it wants to know."""
        scale, self._axes = np.linalg.eigh(self.covariance)
        self._scale = np.sqrt(np.maximum(scale, 1e-12))
        draws = self.rng.standard_normal((self.size, len(self.mean)))
        self._moves = (draws * self._scale) @ self._axes.T
        return (self.mean + self.sigma * self._moves) * self.spread

    def tell(self, values: np.ndarray) -> None:
        """The values (size,) of the points that it asked for."""
        order = np.argsort(-values)
        points = (self.mean + self.sigma * self._moves) * self.spread
        self.offer(points[order[0]], float(values[order[0]]))
        n = len(self.mean)
        chosen = self._moves[order[: len(self.weights)]]
        shift = self.weights @ chosen
        self.mean = self.mean + self.sigma * shift
        white = self._axes @ ((self._axes.T @ shift) / self._scale)
        self.path_s = (1 - self.c_sigma) * self.path_s + math.sqrt(
            self.c_sigma * (2 - self.c_sigma) * self.mass
        ) * white
        length = float(np.linalg.norm(self.path_s))
        self.rounds += 1
        grown = length / math.sqrt(1 - (1 - self.c_sigma) ** (2 * self.rounds))
        fresh = grown < (1.4 + 2 / (n + 1)) * self.usual
        self.path_c = (1 - self.c_c) * self.path_c + fresh * math.sqrt(
            self.c_c * (2 - self.c_c) * self.mass
        ) * shift
        self.covariance = (
            (1 - self.c_1 - self.c_mu) * self.covariance
            + self.c_1 * np.outer(self.path_c, self.path_c)
            + self.c_mu * (chosen.T * self.weights) @ chosen
        )
        self.sigma *= math.exp(min(0.5, self.c_sigma / self.damp * (length / self.usual - 1)))

    def offer(self, point: np.ndarray, value: float) -> None:
        """A point whose value is known."""
        if value > self.best_value:
            self.best, self.best_value = np.array(point), value
