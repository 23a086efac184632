"""Making a pack of chosen variants: candidates are examined in the order of their indices, some are kept.

What was found of each candidate is a line of `candidates.jsonl`, which an interrupted run is resumed from and
which goes when the pack is complete.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from envgen.packs.journal import CANDIDATES, MANIFEST, Journal
from envgen.packs.progress import MakeProgress
from envgen.packs.selection.rule import Candidate, SelectionRule
from envgen.packs.writing import MakeResult

ROOM = ".candidates"
"""Folder in an unfinished pack where candidates are made, to be played in."""
MakeVariants = Callable[[Sequence[int]], Iterator[MakeResult]]


class CandidateLog:
    """The candidates of a pack, as they are examined.

    Args:
        folder: Folder of the pack.
        header: Header of the recipe; candidates of another one are forgotten.
    """

    def __init__(self, folder: Path, header: dict[str, Any]) -> None:
        self.path = folder / CANDIDATES
        self._header = json.dumps(header)
        self._found: dict[int, Candidate] = {}
        lines = (
            self.path.read_text(encoding="utf-8", errors="replace").split("\n") if self.path.exists() else []
        )
        if lines and lines[0] == self._header:
            self._read(lines[1:])
        with open(self.path, "w", encoding="utf-8") as file:  # drops a line that a kill cut off
            file.write(self._header + "\n")
            file.writelines(_line(candidate) for candidate in self.candidates)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, index: object) -> bool:
        return index in self._found

    def __getitem__(self, index: int) -> Candidate:
        return self._found[index]

    @property
    def candidates(self) -> list[Candidate]:
        """All of them, by index."""
        return [self._found[index] for index in sorted(self._found)]

    def add(self, candidate: Candidate) -> None:
        """Append a candidate.

        Raises:
            OSError: It can't be written.
        """
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(_line(candidate))
        self._found[candidate.index] = candidate

    def _read(self, lines: Sequence[str]) -> None:
        for line in lines:
            try:
                candidate = Candidate(**json.loads(line))
            except (ValueError, TypeError):
                continue  # cut off by a kill
            self._found[candidate.index] = candidate


def make_chosen(
    rule: SelectionRule,
    log: CandidateLog,
    journal: Journal,
    status: MakeProgress,
    jobs: int,
    make: MakeVariants,
    tell: Callable[[], None],
) -> Iterator[MakeResult]:
    """Examine candidates until enough are chosen or the limit is reached, and make those that are.

    Args:
        rule: The rule.
        log: Candidates that an earlier run examined; new ones are added.
        journal: Of the pack.
        status: Its progress; the number of candidates is kept up to date.
        jobs: Processes.
        make: Makes variants of the recipe, given their indices.
        tell: Called after each candidate.

    Yields:
        Results, with what was found of the candidate in the entry of the manifest.
    """
    count, limit = status.count, rule.limit(status.count)
    room = journal.folder / ROOM
    status.limit, status.tried = limit, len(log) or _earlier(journal.folder)
    end = 0  # batches are counted from the first candidate: an interrupted run is resumed to the same ones
    while len(journal) < count:
        last = end >= limit
        known = [candidate for candidate in log.candidates if candidate.index < end]
        chosen = rule.choose(known, count, last=last)
        wanted = [index for index in chosen if index not in journal][: count - len(journal)]
        for result in make(wanted):
            yield replace(result, line=_annotated(result.line, log[result.index]))
        if last or len(journal) >= count:
            return
        end = min(end + rule.batch(count - len(chosen)), limit)
        batch = [index for index in range(end) if index not in log]
        try:
            for candidate in rule.examine(journal.recipe, batch, jobs, room):
                log.add(candidate)
                status.tried = len(log)
                tell()
        finally:
            shutil.rmtree(room, ignore_errors=True)


def _earlier(folder: Path) -> int:
    """Return the number of candidates of a pack that was finished before, else 0."""
    try:
        return int(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["candidates"])
    except (OSError, ValueError, TypeError, KeyError):
        return 0


def _line(candidate: Candidate) -> str:
    return json.dumps(asdict(candidate), ensure_ascii=False) + "\n"


def _annotated(line: str, candidate: Candidate) -> str:
    """Return the entry of a variant with what was found of it."""
    if not line or not candidate.found:
        return line
    return json.dumps({**json.loads(line), **candidate.found}, separators=(", ", ": "), ensure_ascii=False)
