"""Statistics of the features of a data set, as LeRobot keeps them for normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

QUANTILES = {"q01": 0.01, "q10": 0.1, "q50": 0.5, "q90": 0.9, "q99": 0.99}
Stats = dict[str, list[Any]]


class Running:
    """Statistics over many episodes, of which only sums and a sample are kept.

    Args:
        size: Numbers of the feature.
        sample: Rows of each episode that are kept for the quantiles.
    """

    def __init__(self, size: int, sample: int = 200) -> None:
        self._size, self._sample = size, sample
        self._count = 0
        self._mean, self._square = np.zeros(size), np.zeros(size)
        self._low, self._high = np.full(size, np.inf), np.full(size, -np.inf)
        self._kept: list[NDArray[np.float64]] = []

    def add(self, values: NDArray[np.float64]) -> None:
        """Add the rows (n, size) of an episode."""
        count = len(values)
        mean = values.mean(axis=0)
        # parallel variance (Chan, Golub and LeVeque, 1979)
        total = self._count + count
        change = mean - self._mean
        self._square += ((values - mean) ** 2).sum(axis=0) + change**2 * self._count * count / total
        self._mean += change * count / total
        self._count = total
        self._low = np.minimum(self._low, values.min(axis=0))
        self._high = np.maximum(self._high, values.max(axis=0))
        self._kept.append(values[:: max(1, count // self._sample)])

    def stats(self, truth: bool = False) -> Stats:
        """Return minimum, maximum, mean, standard deviation, count and quantiles, (size,) each.

        Args:
            truth: Whether the feature is true or false: then its least and greatest values are so too.
        """
        quantiles = np.quantile(np.concatenate(self._kept), list(QUANTILES.values()), axis=0)
        low, high = self._low.tolist(), self._high.tolist()
        return {
            "min": [bool(x) for x in low] if truth else low,
            "max": [bool(x) for x in high] if truth else high,
            "mean": self._mean.tolist(),
            "std": np.sqrt(self._square / self._count).tolist(),
            "count": [self._count],
            **dict(zip(QUANTILES, quantiles.tolist())),
        }
