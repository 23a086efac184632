"""Interpretation of prompts: the public functions, their result, and the registry of backends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError, WorkError
from envgen.core.registry import Registry
from envgen.prompting.llm.settings import from_environment
from envgen.prompting.references import split_references

MAX_CHARS = 20_000
"""Longest prompt: about ten pages, far more than anyone types and little enough to read at once."""

EXAMPLE = "rough terrain for ants"


@dataclass(frozen=True)
class Understood:
    """Words of the prompt and what they became.

    Attributes:
        text: The words, as they stand in the prompt.
        path: Path in the EnvCfg, such as `terrain.sub_terrains[0].kind`; `count` for the variants.
        value: Value at the path, as JSON data.
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
    """Result of interpreting a prompt.

    Attributes:
        cfg: The distribution of environments.
        count: The number of variants if the prompt itself asks for one.
        backend: Name of the backend that read it.
        understood: Every decision, traced to its words.
        assumed: Every default that matters.
        unmapped: Content words that changed nothing.
        usage: Tokens that a model used.
        note: One line about the backend, such as that another had to stand in.
    """

    cfg: EnvCfg
    count: int | None
    backend: str
    understood: tuple[Understood, ...] = ()
    assumed: tuple[Assumed, ...] = ()
    unmapped: tuple[str, ...] = ()
    usage: Mapping[str, int] | None = None
    note: str = ""

    @cached_property
    def suggestions(self) -> dict[str, list[str]]:
        """Known words that may have been meant by what is unmapped."""
        from envgen.prompting.suggestions import suggest_words

        return suggest_words(self.unmapped) if self.unmapped else {}

    def to_json(self) -> dict[str, Any]:
        """Return the object that `envgen interpret --json` prints; the cfg is whole, defaults included."""
        more: dict[str, Any] = {"usage": dict(self.usage)} if self.usage else {}
        if self.note:
            more["note"] = self.note
        return {
            "cfg": cfgio.dump(self.cfg),
            "count": self.count,
            "backend": self.backend,
            "understood": [{"text": u.text, "path": u.path, "value": u.value} for u in self.understood],
            "assumed": [{"path": a.path, "value": a.value, "why": a.why} for a in self.assumed],
            "unmapped": list(self.unmapped),
            **more,
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
        WorkError: A backend that is named fails.
    """
    return _read(check_prompt(prompt), None, backend)


def refine(base: EnvCfg, text: str, backend: str = "auto") -> Interpretation:
    """Change an EnvCfg as words ask for: "steeper, and add a few logs".

    What the words don't speak of stays as it is, difficulty included. `diff` of `envgen.prompting.diff` says
    what has changed.

    Args:
        base: The EnvCfg to change.
        text: The changes.
        backend: `auto` or a name in `BACKENDS`.

    Raises:
        InputError: As for `interpret`.
    """
    return _read(check_prompt(text), base, backend)


def _read(prompt: str, base: EnvCfg | None, backend: str) -> Interpretation:
    """Ask a backend; `auto` is a configured endpoint, with the rules where it fails."""
    if backend != "auto":
        return BACKENDS.get(backend)(prompt, base)
    if from_environment() is None:
        return BACKENDS.get("offline")(prompt, base)
    if named := split_references(prompt)[1::2]:  # a model may not name files, even those that it was told of
        meaning = BACKENDS.get("offline")(prompt, base)
        return replace(meaning, note=f"it names the robot {named[0]}; read offline")
    try:
        return BACKENDS.get("openai")(prompt, base)
    except WorkError as error:
        meaning = BACKENDS.get("offline")(prompt, base)
        return replace(meaning, note=f"{error.cause}; read offline instead")


def check_prompt(prompt: str) -> str:
    """Return a prompt that a backend can read.

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
