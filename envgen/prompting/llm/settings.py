"""Settings of the model endpoint, from environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from envgen.core.errors import InputError

TIMEOUT = 60.0
"""Seconds that one answer may take, from the request to its last word."""


@dataclass(frozen=True)
class Settings:
    """An endpoint and how it is used.

    Attributes:
        model: Name of the model, `ENVGEN_MODEL`.
        url: Base of the API, `OPENAI_BASE_URL`; empty for OpenAI's own.
        key: `OPENAI_API_KEY`; servers on one's own machine often need none. Never printed, not even by repr.
        timeout: Seconds for one answer, `ENVGEN_TIMEOUT`.
        retries: Retries of a request after a server or connection error, with back-off.
        repairs: Turns in which a wrong answer is sent back with its error.
        tokens: Most tokens of an answer.
        entries: Most entries of a list in an answer under the schema.
        examples: Number of examples in the instructions; a small model has little room for them.
        short: Answers name kinds without parameters, `ENVGEN_SHORT=1`.
    """

    model: str
    url: str = ""
    key: str = field(default="", repr=False)
    timeout: float = TIMEOUT
    retries: int = 2
    repairs: int = 3
    tokens: int = 4096
    entries: int = 8
    examples: int = 2
    short: bool = False

    def clean(self, text: str) -> str:
        """Return a text of others without the key."""
        return text.replace(self.key, "…") if len(self.key) >= 4 else text


def from_environment(environ: Mapping[str, str] | None = None) -> Settings | None:
    """Return the settings, or None where no endpoint is configured: a model, and a URL or key to reach it.

    Raises:
        InputError: A value is malformed.
    """
    env = os.environ if environ is None else environ
    model, url, key = (env.get(k, "").strip() for k in ("ENVGEN_MODEL", "OPENAI_BASE_URL", "OPENAI_API_KEY"))
    if not model or not (url or key):
        return None
    if url and not url.startswith(("http://", "https://")):
        raise InputError(
            "OPENAI_BASE_URL must be an http:// or https:// address",
            "Set it to e.g. http://localhost:8080/v1",
        )
    short = env.get("ENVGEN_SHORT", "").strip().lower() in ("1", "true", "yes", "on")
    wait = _seconds(env.get("ENVGEN_TIMEOUT", ""))
    return Settings(model=model, url=url, key=key, timeout=wait, short=short)


def _seconds(text: str) -> float:
    if not text.strip():
        return TIMEOUT
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 3600:
        raise InputError(f"ENVGEN_TIMEOUT is {text[:40]!r}", "Set it to 0.1 to 3600 seconds.")
    return value
