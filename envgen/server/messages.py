"""Messages between page and server on the socket. TypeScript is generated from these types.

Messages are JSON texts with the field `kind`; variants and meshes are binary frames between them
(`envgen.packs.wire.spec`). One socket runs one job at a time:

    page: hello   server: welcome
    page: start   server: started, then frames and progress, then done
    page: credit, for each frame that it has taken in; cancel

A start while a job is running replaces it: what comes of the old one comes before the new `started`, and
there is no `done`.

A lost connection loses nothing: variants depend on recipe and index alone, so a page starts the same job
again and says in `have` what is there.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from envgen.packs.wire.spec import TaskSpec, Wire

MAX_CREDITS = 256
"""Frames that may be under way to a page at a time."""
MAX_STREAM = 10_000
"""Variants of one job: more than any tab holds."""
Index: TypeAlias = Annotated[int, Field(ge=0, le=1_000_000)]
Seed: TypeAlias = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
"""As text: it may exceed 2^53."""


class Hello(Wire):
    """The page says who it is.

    Attributes:
        protocol: `PROTOCOL` that it was built with.
        mujoco: Version of its MuJoCo.
    """

    kind: Literal["hello"] = "hello"
    protocol: int
    mujoco: Annotated[str, Field(max_length=40)]


class PromptSource(Wire):
    """Variants of a prompt."""

    kind: Literal["prompt"] = "prompt"
    prompt: str


class CfgSource(Wire):
    """Variants of an EnvCfg, whole or in part."""

    kind: Literal["cfg"] = "cfg"
    cfg: dict[str, Any]


class PackSource(Wire):
    """Variants of a pack below the folder that is served, by the name that /api/packs has for it."""

    kind: Literal["pack"] = "pack"
    pack: Annotated[str, Field(max_length=1000)]


class Start(Wire):
    """The page asks for variants.

    Attributes:
        source: Of what.
        count: How many; by default what the prompt says, or all of a pack, or else 16.
        seed: Of the variants; a pack has its own.
        difficulty: Least and greatest, 0 to 1; by default what the source says.
        have: Indices that it has already, as pairs: the first and the last of each range.
        credits: Frames that may be sent before the first `credit`.
    """

    kind: Literal["start"] = "start"
    source: Annotated[PromptSource | CfgSource | PackSource, Field(discriminator="kind")]
    count: Annotated[int, Field(ge=1, le=MAX_STREAM)] | None = None
    seed: Seed = "0"
    difficulty: (
        Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=2, max_length=2)] | None
    ) = None
    have: Annotated[
        list[Annotated[list[Index], Field(min_length=2, max_length=2)]], Field(max_length=MAX_STREAM)
    ] = Field(default_factory=list)
    credits: Annotated[int, Field(ge=0, le=MAX_CREDITS)] = MAX_CREDITS


class Credit(Wire):
    """The page has taken in so many frames and has room for as many more."""

    kind: Literal["credit"] = "credit"
    frames: Annotated[int, Field(ge=1, le=MAX_CREDITS)]


class Cancel(Wire):
    """The page wants no more of this job."""

    kind: Literal["cancel"] = "cancel"


class Welcome(Wire):
    """The server answers a `hello`.

    Attributes:
        protocol: `PROTOCOL` of the server, the same as the page's.
        mujoco: Version of its MuJoCo.
        envgen: Its own version.
        format: Of the models that it will send: `xml` where the page has another version of MuJoCo.
        max_count: Variants of one job.
        max_credits: Frames under way.
        source: What the server was started with, for the page to begin with.
        count: Of that, if it was given.
        seed: Of that.
    """

    kind: Literal["welcome"] = "welcome"
    protocol: int
    mujoco: str
    envgen: str
    format: Literal["mjb", "xml"]
    max_count: int
    max_credits: int
    source: Annotated[PromptSource | CfgSource | PackSource, Field(discriminator="kind")] | None
    count: int | None
    seed: str


class UnderstoodSpec(Wire):
    """Words of the prompt and what they became."""

    text: str
    path: str
    value: Any


class AssumedSpec(Wire):
    """A value that the prompt leaves open, and why it is what it is."""

    path: str
    value: Any
    why: str


class InterpretationSpec(Wire):
    """Interpretation of a prompt, as `envgen interpret --json` prints it, with suggestions.

    Attributes:
        usage: Tokens, where a language model read it.
        note: A line about the backend, such as that another stood in.
        suggestions: Known words that may have been meant, by what is unmapped.
    """

    cfg: dict[str, Any]
    count: int | None
    backend: str
    understood: list[UnderstoodSpec]
    assumed: list[AssumedSpec]
    unmapped: list[str]
    usage: dict[str, int] | None = None
    note: str | None = None
    suggestions: dict[str, list[str]] | None = None


class Started(Wire):
    """A job has begun.

    Attributes:
        name: Slug of the EnvCfg.
        cfg: The EnvCfg, whole.
        interpretation: Of a prompt.
        count: Variants of the job, those that the page has included.
        seed: Of the variants.
        task: Of all variants.
        pack: Name of the pack that they are of, if they are.
    """

    kind: Literal["started"] = "started"
    name: str
    cfg: dict[str, Any]
    interpretation: InterpretationSpec | None
    count: int
    seed: str
    task: TaskSpec
    pack: str | None


class GivenUp(Wire):
    """A variant that could not be made."""

    index: int
    check: str
    cause: str
    remedy: str


class Progress(Wire):
    """Progress of a job.

    Attributes:
        count: Variants of the job.
        made: Variants that passed validation and were sent in this job, or that the page had.
        refused: Draws that each check refused; they were drawn again.
        given_up: Variants that could not be made.
        elapsed: Since the start, in s.
    """

    kind: Literal["progress"] = "progress"
    count: int
    made: int
    refused: dict[str, int]
    given_up: int
    elapsed: float


class Done(Wire):
    """A job is over: all is sent, or it was cancelled."""

    kind: Literal["done"] = "done"
    count: int
    made: int
    refused: dict[str, int]
    given_up: list[GivenUp]
    elapsed: float
    cancelled: bool


class Failure(Wire):
    """Cause and remedy of an error. It ends the running job; the socket stays open."""

    kind: Literal["error"] = "error"
    cause: str
    remedy: str


ToServer: TypeAlias = Annotated[Hello | Start | Credit | Cancel, Field(discriminator="kind")]
ToPage: TypeAlias = Annotated[Welcome | Started | Progress | Done | Failure, Field(discriminator="kind")]
