"""Evaluations as files: a table of episodes (CSV, Parquet) and a heat map (PNG)."""

from __future__ import annotations

import csv
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from envgen.core.errors import InputError
from envgen.learn.evaluate import Evaluation
from envgen.learn.summary import breakdown

MISSING = "Install it from the checkout: pip install '.[train]'."


def rows_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return one row per episode: its score, then `difficulty` and what was drawn for its variant."""
    keys = sorted({key for drawn in evaluation.variants.values() for key in drawn})
    return [
        asdict(episode) | {key: evaluation.value(episode, key) for key in keys}
        for episode in evaluation.episodes
    ]


def write_table(evaluation: Evaluation, path: Path) -> None:
    """Write the episodes as CSV or, by its suffix, as Parquet."""
    rows = rows_of(evaluation)
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = {key: [row[key] if _plain(row[key]) else str(row[key]) for row in rows] for key in rows[0]}
        mixed = {
            key for key, values in columns.items() if len({type(v) for v in values if v is not None}) > 1
        }
        table = {
            key: [None if v is None else str(v) for v in values] if key in mixed else values
            for key, values in columns.items()
        }
        pq.write_table(pa.table(table), path)
        return
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def heat_map(
    evaluation: Evaluation, path: Path, rows: str = "terrain.kind", columns: str = "difficulty"
) -> None:
    """Draw the success of each policy by two drawn parameters, with counts.

    Args:
        evaluation: The episodes.
        path: The PNG to write.
        rows: Drawn value down the side.
        columns: Drawn value along the bottom.

    Raises:
        InputError: matplotlib is missing, or no variant has such a value.
    """
    try:
        import matplotlib
    except ImportError:
        raise InputError("a heat map needs matplotlib", MISSING) from None
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    tables = {policy: breakdown(evaluation, policy, (rows, columns)) for policy in evaluation.policies}
    down = sorted({cell[0] for table in tables.values() for cell in table})
    along = sorted({cell[1] for table in tables.values() for cell in table}, key=_as_number)
    width = 1.6 + len(tables) * (0.7 * len(along) + 0.5)
    figure, axes = plt.subplots(
        1,
        len(tables),
        figsize=(width + 1, 1.4 + 0.42 * len(down)),
        squeeze=False,
        layout="constrained",
        sharey=True,
    )
    for axis, (policy, table) in zip(axes[0], tables.items()):
        image = np.full((len(down), len(along)), np.nan)
        for i, a in enumerate(down):
            for j, b in enumerate(along):
                if (a, b) in table:
                    own = table[a, b]
                    image[i, j] = own.success
                    text = f"{100 * own.success:.0f}\nn={own.count}"
                    colour = "white" if own.success < 0.6 else "black"
                    axis.text(j, i, text, ha="center", va="center", fontsize=6.5, color=colour)
        shown = axis.imshow(image, vmin=0, vmax=1, cmap="viridis", aspect="auto")
        axis.set_xticks(range(len(along)), along, rotation=30, fontsize=7)
        axis.set_yticks(range(len(down)), down, fontsize=8)
        axis.set_title(policy, fontsize=9)
        axis.set_xlabel(columns, fontsize=8)
    axes[0][0].set_ylabel(rows, fontsize=8)
    figure.colorbar(shown, ax=axes[0].tolist(), label="success", fraction=0.05)
    figure.savefig(path, dpi=200)
    plt.close(figure)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, int | float | bool | str)


def _as_number(label: str) -> tuple[float, str]:
    try:
        return float(label.split("–")[0]), label
    except ValueError:
        return float("inf"), label
