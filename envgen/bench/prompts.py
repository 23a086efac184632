"""`envgen bench prompts FILE…`: share of prompts that are read as their cases expect, by tag."""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envgen.bench.base import Result, Row, significant
from envgen.bench.expectations import Expectation, judge, malformed
from envgen.core.errors import EnvgenError, InputError
from envgen.prompting.base import interpret

FORM = '{"id": "a1", "prompt": "ants on hills", "tags": ["plain"], "expect": {"terrain": ["hills"]}}'
MAX_BYTES = 10_000_000
WARM = "two ants, humaniod, zwei Hügel"
"""Prompt read before timing, so that loading is not counted."""


@dataclass(frozen=True)
class Case:
    """Prompt with its expected interpretation; see `envgen/bench/expectations.py`."""

    id: str
    prompt: str
    tags: tuple[str, ...]
    expect: dict[str, Any]


@dataclass(frozen=True)
class Scored:
    """Case with its checks and the seconds that reading took."""

    case: Case
    checks: tuple[Expectation, ...]
    seconds: float

    @property
    def right(self) -> bool:
        """True if all expectations of the case hold."""
        return all(check.ok for check in self.checks)


def load(path: Path) -> list[Case]:
    """Read a file of cases, one JSON object a line.

    Raises:
        InputError: The file is missing or malformed; the message names the line.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path} is larger than {MAX_BYTES:,} bytes", "Split it.")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} can't be read: {error}", f"Give a file with lines such as {FORM}") from None
    cases = [_case(line, f"{path}:{n}") for n, line in enumerate(lines, 1) if line.strip()]
    if not cases:
        raise InputError(f"{path} holds no cases", f"A case is a line such as {FORM}")
    return cases


def _case(line: str, where: str) -> Case:
    remedy = f"A case is a line such as {FORM}"
    try:
        raw = json.loads(line)
        case = Case(str(raw["id"]), raw["prompt"], tuple(map(str, raw.get("tags", ()))), raw["expect"])
        if not isinstance(case.prompt, str) or not isinstance(case.expect, dict) or not case.expect:
            raise ValueError("prompt must be a text and expect a non-empty object")
        wrong = malformed(case.expect)
    except KeyError as error:
        raise InputError(f"{where}: {error.args[0]!r} is missing", remedy) from None
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{where}: {str(error).splitlines()[0]}", remedy) from None
    if wrong:
        raise InputError(f"{where}: {wrong}", "docs/prompting.md lists what a case may expect.")
    return case


def score(
    cases: Iterable[Case], backend: str = "offline", progress: Callable[[int], None] | None = None
) -> list[Scored]:
    """Read every prompt and check its interpretation."""
    scored: list[Scored] = []
    with suppress(EnvgenError):
        interpret(WARM, "offline")  # loads lexicon and registries
    for case in cases:
        answer, problem = None, ""
        start = time.perf_counter()
        try:
            answer = interpret(case.prompt, backend)
        except EnvgenError as error:
            problem = error.cause
        took = time.perf_counter() - start
        plain = None if answer is None else json.loads(json.dumps(answer.to_json()))
        scored.append(Scored(case, tuple(judge(case.expect, plain, problem)), took))
        if progress:
            progress(len(scored))
    return scored


def prompts(
    paths: Sequence[Path], backend: str = "offline", progress: Callable[[int], None] | None = None
) -> Result:
    """Score files of cases.

    Args:
        paths: Files of cases; at least one.
        backend: Backend that reads the prompts.
        progress: Called with the number of prompts read so far.
    """
    if not paths:
        raise InputError("no file of cases was given", "Write e.g. envgen bench prompts cases.jsonl")
    cases = [case for path in paths for case in load(path)]
    scored = score(cases, backend, progress)
    result = Result(f"prompts, backend {backend}: share with all expectations met, by tag")
    tags = sorted({tag for case in cases for tag in case.tags})
    result.rows = [_row(tag, [s for s in scored if tag in s.case.tags], "") for tag in tags]
    result.rows.append(_row("all", scored, "≥ 95"))
    times = sorted(1000 * s.seconds for s in scored)
    result.rows.append(Row("a prompt, median", significant(statistics.median(times)), "ms", "≤ 50"))
    result.rows.append(Row("the slowest", significant(times[-1]), "ms"))
    result.extra["wrong"] = [_wrong(s) for s in scored if not s.right]
    return result


def _row(name: str, scored: Sequence[Scored], target: str) -> Row:
    right = sum(s.right for s in scored)
    checks = [check for s in scored for check in s.checks]
    note = f"{right} of {len(scored)} prompts, {sum(c.ok for c in checks)} of {len(checks)} expectations"
    return Row(name, significant(100 * right / len(scored)), "%", target, note)


def _wrong(scored: Scored) -> dict[str, Any]:
    return {
        "id": scored.case.id,
        "prompt": scored.case.prompt,
        "checks": [vars(check) for check in scored.checks if not check.ok],
    }
