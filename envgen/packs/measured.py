"""Measured difficulty: how often policies fail on each variant, kept in the manifest of a pack.

It is the optional key `measured` of a variant's entry. Files of variants and their checksums don't change;
readers that don't know the key ignore it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KEY = "measured"


@dataclass(frozen=True)
class Measured:
    """Measured failure rate of a policy on a variant.

    Attributes:
        policy: Its name, as it was given.
        digest: SHA-256 of its file; None for a policy without one.
        episodes: Episodes of agents.
        failure: Share of them without success.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    policy: str
    digest: str | None
    episodes: int
    failure: float
    low: float
    high: float


def read_measured(entry: Mapping[str, Any]) -> list[Measured]:
    """Return the measurements of a variant; malformed ones are left out."""
    found = []
    for own in entry.get(KEY) or []:
        try:
            found.append(Measured(**own))
        except TypeError:
            continue
    return found
