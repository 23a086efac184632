"""Hypothesis strategies."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

SIGNIFICANT = 1e9


def numbers(low: float = -SIGNIFICANT, high: float = SIGNIFICANT) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


@st.composite
def dists(draw: st.DrawFn, low: float = -1000.0, high: float = 1000.0, *, integer: bool = False) -> Any:
    """Plain JSON of any distribution whose values lie within [low, high]."""
    one = st.integers(int(np.ceil(low)), int(np.floor(high))) if integer else numbers(low, high)
    pair = st.tuples(one, one).map(sorted)
    form = draw(st.sampled_from(["number", "range", "choice", "weighted", "normal", "clipped", "log"]))
    if form == "number":
        return draw(one)
    if form == "range":
        return draw(pair)
    if form == "choice":
        return {"choice": draw(st.lists(one, min_size=1, max_size=4))}
    if form == "weighted":
        options = draw(st.lists(one, min_size=1, max_size=4))
        weights = draw(st.lists(numbers(0, 5), min_size=len(options), max_size=len(options)))
        return {"choice": options, "weights": [w + 0.1 * (i == 0) for i, w in enumerate(weights)]}
    if form == "normal":
        return {"normal": [draw(one), draw(numbers(0, 10))], "clip": draw(pair)}
    if form == "clipped":
        return {"normal": [draw(one), draw(numbers(0, 10))], "clip": [draw(one)] * 2}
    bottom = max(low, 1e-3)
    ends = st.integers(int(np.ceil(bottom)), int(high)) if integer else numbers(bottom, high)
    return {"loguniform": draw(st.tuples(ends, ends).map(sorted))}
