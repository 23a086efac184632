"""The client: one answer after another from an OpenAI-compatible endpoint, streamed and within bounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from envgen.core.errors import EnvgenError, WorkError
from envgen.prompting.llm.answer_schema import schema
from envgen.prompting.llm.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI

MAX_CHARS = 200_000
"""Longest answer; an EnvCfg has a hundredth of it."""
MODES = ("schema", "json", "text")
"""Structured output, plain JSON, text: the next one is tried where a server refuses one."""


@dataclass
class Usage:
    """Tokens that were used, over all turns of a prompt.

    Attributes:
        requests: Number of answered requests.
        sent: Number of prompt tokens.
        received: Number of answer tokens.
    """

    requests: int = 0
    sent: int = 0
    received: int = 0

    def to_json(self) -> dict[str, int]:
        """Return plain data."""
        return {"requests": self.requests, "prompt_tokens": self.sent, "completion_tokens": self.received}


@dataclass
class Chat:
    """A conversation with a model.

    Attributes:
        settings: Settings of the endpoint.
        messages: Messages so far, in the form of the API.
        usage: Usage so far.
        mode: Output mode, one of `MODES`.
        listener: Called with each piece of an answer as it comes.
    """

    settings: Settings
    messages: list[dict[str, str]] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    mode: str = MODES[0]
    listener: Callable[[str], None] | None = None

    def ask(self) -> str:
        """Return the model's next message, appended to the conversation.

        Raises:
            WorkError: The endpoint doesn't answer, refuses, or what it says is too long or cut off.
        """
        client = _client(self.settings)
        import openai

        with client:
            while True:
                try:
                    text = self._answer(client)
                except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                    if not self._simpler():
                        raise self._failure(error) from None
                    continue
                except (openai.OpenAIError, ValueError) as error:
                    raise self._failure(error) from None  # a ValueError: a chunk that is no JSON
                self.messages.append({"role": "assistant", "content": text})
                return text

    def _answer(self, client: OpenAI) -> str:
        """Return one answer; retry with back-off after server and connection errors, not after time-outs.

        The client's own retries would repeat a request that hung, and make a minute three.
        """
        import openai

        for attempt in range(self.settings.retries + 1):
            last = attempt == self.settings.retries
            wait = min(0.25 * 2**attempt, 8.0)
            try:
                text, whole = self._stream(client)
            except openai.APITimeoutError:
                raise
            except (openai.RateLimitError, openai.InternalServerError, openai.APIConnectionError) as error:
                if last:
                    raise
                time.sleep(_asked_wait(error, wait))
                continue
            if whole:
                return text
            if not last:
                time.sleep(wait)
        raise WorkError("the model's answer broke off each time", "Try again, or use another server.")

    def _stream(self, client: OpenAI) -> tuple[str, bool]:
        """Return the text of one stream, and whether it came to its end."""
        deadline = time.monotonic() + self.settings.timeout
        parts: list[str] = []
        length, reason = 0, None
        stream = client.chat.completions.create(**self._request())
        try:
            with stream:
                for piece, ended in self._pieces(stream):
                    reason = ended or reason
                    length += len(piece)
                    parts.append(piece)
                    if length > MAX_CHARS:
                        raise WorkError(
                            f"the model's answer is longer than {MAX_CHARS:,} characters",
                            "Use another model.",
                        )
                    if time.monotonic() > deadline:
                        raise self._late()
                    if piece and self.listener:
                        self.listener(piece)
        except EnvgenError:
            raise
        except Exception as error:  # the client lets errors of its HTTP library through while it streams
            kind = type(error)
            if "Timeout" in kind.__name__:
                raise self._late() from None
            if kind.__module__.partition(".")[0] not in ("httpx", "httpx2", "httpcore", "httpcore2"):
                raise
            return "".join(parts), False
        # what is cut at the bound of tokens ("length") is a wrong answer, not a broken line
        return "".join(parts), reason is not None

    def _late(self) -> WorkError:
        return WorkError(
            f"the model's answer took longer than {self.settings.timeout:g} s",
            "Raise ENVGEN_TIMEOUT, or use a faster model.",
        )

    def _pieces(self, stream: Any) -> Iterator[tuple[str, str | None]]:
        self.usage.requests += 1
        refusal = ""
        for chunk in stream:
            if chunk.usage is not None:
                self.usage.sent += chunk.usage.prompt_tokens or 0
                self.usage.received += chunk.usage.completion_tokens or 0
            for choice in chunk.choices or ():
                refusal += getattr(choice.delta, "refusal", None) or ""
                yield choice.delta.content or "", choice.finish_reason
        if refusal:
            raise WorkError(
                f"the model refused: {self.settings.clean(refusal)[:200]}", "Say it in other words."
            )

    def _request(self) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.settings.model,
            "messages": self.messages,
            "temperature": 0,
            "seed": 0,
            "max_tokens": self.settings.tokens,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self.mode == "schema":
            wanted = schema(self.settings.entries, self.settings.short)
            form = {"name": "envcfg", "strict": True, "schema": wanted}
            request["response_format"] = {"type": "json_schema", "json_schema": form}
        elif self.mode == "json":
            request["response_format"] = {"type": "json_object"}
        return request

    def _simpler(self) -> bool:
        """Switch to a simpler mode; return False if there is none."""
        place = MODES.index(self.mode)
        if place + 1 == len(MODES):
            return False
        self.mode = MODES[place + 1]
        return True

    def _failure(self, error: Exception) -> EnvgenError:
        """Return the error in one line, without the key."""
        import openai

        where = self.settings.url or "OpenAI"
        if isinstance(error, openai.APITimeoutError):
            cause, remedy = f"no answer within {self.settings.timeout:g} s", "Raise ENVGEN_TIMEOUT."
        elif isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            cause, remedy = "the key was refused", "Check OPENAI_API_KEY."
        elif isinstance(error, openai.RateLimitError):
            cause, remedy = "too many requests, or no budget left", "Wait, or check the account."
        elif isinstance(error, openai.NotFoundError):
            cause, remedy = (
                f"there is no model {self.settings.model!r} there",
                "Check ENVGEN_MODEL and OPENAI_BASE_URL.",
            )
        elif isinstance(error, openai.APIConnectionError):
            cause, remedy = "it can't be reached", "Check OPENAI_BASE_URL."
        elif isinstance(error, openai.APIStatusError):
            cause, remedy = f"it answered with status {error.status_code}", "Try again later."
        else:
            cause, remedy = (
                f"it gave an invalid answer ({type(error).__name__})",
                "Use another server or model.",
            )
        return WorkError(self.settings.clean(f"the model at {_plain(where)}: {cause}"), remedy)


def _asked_wait(error: Exception, usual: float) -> float:
    """Return the seconds that a server asks to wait, within bounds."""
    response = getattr(error, "response", None)
    try:
        return min(max(float(response.headers["retry-after"]), 0.0), 20.0) if response is not None else usual
    except (KeyError, ValueError):
        return usual


def _plain(url: str) -> str:
    """Return a URL without what may be secret in it: user, password, query."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path.partition('?')[0]}" if rest else url


def _client(settings: Settings) -> OpenAI:
    """Return the client of the library, with its time-outs."""
    try:
        from openai import OpenAI, Timeout
    except ImportError:
        raise WorkError(
            "the package `openai` is not installed", "Install it with: pip install 'envgen[openai]'"
        ) from None
    waits = Timeout(settings.timeout, connect=min(settings.timeout, 5.0))
    options: Mapping[str, Any] = {"base_url": settings.url} if settings.url else {}
    return OpenAI(api_key=settings.key or "none", timeout=waits, max_retries=0, **options)
