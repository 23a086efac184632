"""Options by which `envgen make` keeps some of many candidates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from envgen.packs.selection.rule import SelectionRule

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class SelectionOptions:
    """Options as they were given; None where one was not."""

    select: str | None
    policy: str | None
    band: str | None
    episodes: int | None
    candidates: int | None

    def rule(self) -> SelectionRule | None:
        """Return the rule that the options ask for.

        Raises:
            InputError: One is missing, wrong, or has no meaning without --select or for its rule.
        """
        from envgen.core.errors import InputError

        own = {"policy": self.policy, "band": self.band, "episodes": self.episodes}
        given = [f"--{name}" for name, value in own.items() if value is not None]
        if self.select is None:
            given += [] if self.candidates is None else ["--candidates"]
            if given:
                raise InputError(
                    f"{given[0]} says how variants are selected, and none are",
                    "Add --select learnable, or leave it out.",
                )
            return None
        if self.select == "diverse":
            if given:
                raise InputError(
                    f"--select diverse has no {given[0]}", "Leave it out, or give --select learnable."
                )
            from envgen.packs.selection.diverse import Diverse

            return Diverse(self.candidates)
        if self.policy is None:
            raise InputError(
                "--select learnable needs a policy that plays the candidates",
                "Add --policy NAME or FILE.onnx; `envgen list policies` has the names.",
            )
        from envgen.learn.learnable import BAND, EPISODES, Learnable

        band = BAND if self.band is None else _band(self.band)
        episodes = EPISODES if self.episodes is None else self.episodes
        return Learnable(self.policy, band, episodes, self.candidates)


def selection_options(command: F) -> F:
    """Add the options to a command."""
    for option in reversed(
        [
            click.option(
                "--select",
                type=click.Choice(["learnable", "diverse"]),
                help="Keep COUNT of many candidates: those a policy can learn from, or different grounds.",
            ),
            click.option("--policy", "-p", metavar="POLICY", help="Plays candidates: a name or .onnx file."),
            click.option(
                "--band", metavar="LOW,HIGH", help="Share of successes that is kept.  [default: 0.2,0.8]"
            ),
            click.option("--episodes", "-e", type=int, help="Of each candidate.  [default: 5]"),
            click.option(
                "--candidates", type=int, help="At most.  [default: 20 × COUNT; of diverse, all of 4 × COUNT]"
            ),
        ]
    ):
        command = option(command)
    return command


def _band(text: str) -> tuple[float, float]:
    from envgen.core.errors import InputError

    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"--band must be two shares of success, got {text[:40]!r}", "Write e.g. --band 0.2,0.8."
        ) from None
    return low, high
