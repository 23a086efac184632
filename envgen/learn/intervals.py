"""Confidence intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Z95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""
RESAMPLES = 2000
"""Bootstrap samples; the ends then vary by a few per cent of the interval's length."""
Floats = NDArray[np.float64]


def wilson(successes: int, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a proportion (Wilson, 1927); (0, 1) without observations."""
    if count == 0:
        return 0.0, 1.0
    share, z2 = successes / count, Z95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def bootstrap_mean(values: Floats, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a mean (Efron, 1979); NaN without observations.

    Args:
        values: (n,) independent observations, such as one per variant.
        seed: Of the resampling.
    """
    if len(values) == 0:
        return float("nan"), float("nan")
    rng = np.random.default_rng(seed)
    means = values[rng.integers(len(values), size=(RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
