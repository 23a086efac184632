"""The front door of prompt interpretation: what every backend takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError
from envgen.core.registry import Registry

MAX_CHARS = 20_000
"""Longest prompt: about ten pages, far more than anyone types and little enough to read at once."""

EXAMPLE = "rough terrain for ants"


@dataclass(frozen=True)
class Understood:
    """Words of the prompt and what they became.

    Attributes:
        text: The words, as they stand in the prompt.
        path: Of the EnvCfg, such as `terrain.sub_terrains[0].kind`; `count` for the variants.
        value: What is there now, as JSON data.
    """

    text: str
    path: str
    value: Any


@dataclass(frozen=True)
class Assumed:
    """A value that the prompt leaves open and that matters, and why it is what it is."""

    path: str
    value: Any
    why: str


@dataclass(frozen=True)
class Interpretation:
    """What a prompt became.

    Attributes:
        cfg: The distribution of environments.
        count: The number of variants if the prompt itself asks for one.
        backend: Name of the backend that read it.
        understood: Every decision, traced to its words.
        assumed: Every default that matters.
        unmapped: Content words that changed nothing.
    """

    cfg: EnvCfg
    count: int | None
    backend: str
    understood: tuple[Understood, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    unmapped: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The object that `envgen interpret --json` prints; the cfg is whole, defaults included."""
        return {
            "cfg": cfgio.dump(self.cfg),
            "count": self.count,
            "backend": self.backend,
            "understood": [{"text": u.text, "path": u.path, "value": u.value} for u in self.understood],
            "assumed": [{"path": a.path, "value": a.value, "why": a.why} for a in self.assumed],
            "unmapped": list(self.unmapped),
        }


Backend: TypeAlias = Callable[[str, EnvCfg | None], Interpretation]
"""A backend is a function from a prompt and, for a refinement, the EnvCfg that it changes; the front door has
checked the prompt's length."""

BACKENDS: Registry[Backend] = Registry("prompt backend", "envgen.prompting.backends")
"""One file per backend, which adds itself; a client is imported only when its backend is called."""


def interpret(prompt: str, backend: str = "auto") -> Interpretation:
    """Read a prompt.

    Args:
        prompt: Any text.
        backend: `auto` or a name in `BACKENDS`.

    Raises:
        InputError: The prompt is empty or too long, nothing in it is understood, or there is no
            such backend.
    """
    return BACKENDS.get(_chosen(backend))(checked(prompt), None)


def refine(base: EnvCfg, text: str, backend: str = "auto") -> Interpretation:
    """Change an EnvCfg as words ask for: "steeper, and add a few logs".

    What the words don't speak of stays as it is, difficulty included. `diff` of `envgen.prompting.diff` says
    what has changed.

    Args:
        base: What is there.
        text: What should be otherwise.
        backend: `auto` or a name in `BACKENDS`.

    Raises:
        InputError: As for `interpret`.
    """
    return BACKENDS.get(_chosen(backend))(checked(text), base)


def _chosen(backend: str) -> str:
    return "offline" if backend == "auto" else backend


def checked(prompt: str) -> str:
    """A prompt that a backend can read.

    Raises:
        InputError: It is empty or too long.
    """
    if not prompt.strip() or not any(c.isprintable() and not c.isspace() for c in prompt):
        raise InputError("the prompt is empty", f"Say what you want, such as {EXAMPLE!r}.")
    if len(prompt) > MAX_CHARS:
        raise InputError(
            f"the prompt has {len(prompt):,} characters, over the bound of {MAX_CHARS:,}",
            "Say it in fewer words, or write a parameter file.",
        )
    # half of a surrogate pair is no text, and JSON can carry one in
    return prompt.encode("utf-8", "replace").decode("utf-8")
