"""Report of an evaluation: for the terminal, as JSON, and as a folder of files."""

from __future__ import annotations

import json
import math
import os
import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from envgen.core.errors import InputError
from envgen.learn.evaluate import Evaluation
from envgen.learn.summary import Comparison, Score, best_policies, breakdown, compare, score, worst
from envgen.learn.tables import heat_map, write_table

Cell = tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """An evaluation in numbers.

    Attributes:
        keys: Drawn values that it is split by.
        totals: Score of each policy.
        cells: Score of each policy by `keys`.
        best: Best policy of each cell.
        comparisons: Of every further policy with the first.
        worst: By policy: index of a variant, seed of its pack, score, and a command that shows it.
    """

    keys: tuple[str, ...]
    totals: dict[str, Score]
    cells: dict[str, dict[Cell, Score]]
    best: dict[Cell, str]
    comparisons: list[Comparison]
    worst: dict[str, list[tuple[int, int, Score, str]]]

    @classmethod
    def of(cls, evaluation: Evaluation, keys: Sequence[str], pack: str, count: int = 10) -> Report:
        """Summarise an evaluation.

        Args:
            evaluation: The episodes.
            keys: Drawn values to split by.
            pack: Path of the pack, for the commands.
            count: Number of the worst variants of each policy.
        """
        first, *others = evaluation.policies
        return cls(
            tuple(keys),
            {policy: score(evaluation.of(policy)) for policy in evaluation.policies},
            {policy: breakdown(evaluation, policy, keys) for policy in evaluation.policies} if keys else {},
            best_policies(evaluation, keys) if keys else {},
            [compare(evaluation, first, other) for other in others],
            {
                policy: [
                    (index, evaluation.seed, own, show_command(pack, index, policy))
                    for index, own in worst(evaluation, policy, count)
                ]
                for policy in evaluation.policies
            },
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data; numbers that are not finite are null."""
        return {
            "by": list(self.keys),
            "policies": {policy: _plain(own) for policy, own in self.totals.items()},
            "cells": [
                {"cell": list(cell), "best": best}
                | {"policies": {policy: _plain(table[cell]) for policy, table in self.cells.items()}}
                for cell, best in self.best.items()
            ],
            "comparisons": [asdict(other) for other in self.comparisons],
            "worst": {
                policy: [
                    {"index": index, "seed": seed, **_plain(own), "command": how}
                    for index, seed, own, how in lines
                ]
                for policy, lines in self.worst.items()
            },
        }


def show_command(pack: str, index: int, policy: str) -> str:
    """Return the command that films a policy on a variant."""
    chosen = " ".join(f"--policy {shlex.quote(part)}" for part in policy.split(","))
    return f"envgen preview {shlex.quote(pack)} --video --index {index} {chosen}"


def check_folder(folder: Path) -> None:
    """Refuse a folder that can't be made or written, before anything is played.

    Raises:
        InputError: It is a file or below one, or must not be written.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise InputError(f"{there} is a file", "Give a folder as --out.")
    if not os.access(there, os.W_OK):
        raise InputError(f"{there} can't be written", "Give another folder as --out.")


def write_report(evaluation: Evaluation, report: Report, folder: Path) -> None:
    """Write `episodes.csv`, `episodes.parquet`, `success.png` and `summary.json` into a folder.

    Raises:
        InputError: The folder can't be written.
    """
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_table(evaluation, folder / "episodes.csv")
    write_table(evaluation, folder / "episodes.parquet")
    if report.keys:
        heat_map(evaluation, folder / "success.png", report.keys)
    text = json.dumps(report.to_json(), indent=2, ensure_ascii=False)
    (folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def _plain(own: Score) -> dict[str, Any]:
    return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in asdict(own).items()}
