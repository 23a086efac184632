"""Progress of making a pack, and the error for variants that could not be made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from envgen.core.errors import WorkError

HOPELESS = 8
"""Variants given up before any was made, after which the recipe counts as impossible."""


@dataclass
class MakeProgress:
    """Progress of a pack, for display and summary.

    Attributes:
        count: Variants asked for.
        done: Variants finished, those of an earlier run included.
        earlier: Variants that an earlier run had finished.
        refused: Refused draws, by check.
        difficulties: Number of variants by tenth of difficulty.
        given_up: Variants that could not be made, with check, cause and remedy.
        lost: Refused draws of these variants, by check.
        tried: Candidates that were examined, where some are selected.
        limit: Candidates that are examined at most.
    """

    count: int
    done: int = 0
    earlier: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    difficulties: list[int] = field(default_factory=lambda: [0] * 10)
    given_up: list[tuple[int, tuple[str, str, str]]] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    tried: int = 0
    limit: int = 0


def shortfall_error(progress: MakeProgress, folder: Path) -> WorkError:
    """Return the error for the variants that were given up."""
    problems = Counter(problem for _, problem in progress.given_up)
    # the problem is that of the last draw, which may differ from that of most draws
    check, cause, remedy = max(problems, key=lambda problem: (progress.lost[problem[0]], problems[problem]))
    if len(progress.lost) > 1:
        counts = ", ".join(f"{name} {number}" for name, number in progress.lost.most_common())
        which = (
            "most draws were" if progress.lost[check] == max(progress.lost.values()) else "the last draw was"
        )
        why = f"{which} refused by the check {check!r} ({cause}); all refusals: {counts}"
    else:
        why = f"the check {check!r} refused every draw ({cause})"
    kept = f"; {progress.done} of {progress.count} are kept in {folder}" if progress.done else ""
    return WorkError(f"{plural_variants(len(progress.given_up))} can't be made: {why}{kept}", remedy)


def plural_variants(number: int) -> str:
    """Return `1 variant` or `2 variants`."""
    return f"{number} variant{'s' if number != 1 else ''}"
