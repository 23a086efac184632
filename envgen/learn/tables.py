"""Evaluations as files: a table of episodes (CSV, Parquet) and a heat map (PNG)."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from envgen.learn.evaluate import Evaluation
from envgen.learn.extras import require
from envgen.learn.summary import breakdown, label_order


def rows_of(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return one row per episode: its score, then what was drawn for its variant and for itself."""
    drawn = [*evaluation.variants.values(), *(episode.draws for episode in evaluation.episodes)]
    keys = sorted({key for own in drawn for key in own})
    return [
        {name: value for name, value in asdict(episode).items() if name != "draws"}
        | {key: evaluation.value(episode, key) for key in keys}
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


def heat_map(evaluation: Evaluation, path: Path, keys: Sequence[str]) -> None:
    """Draw the success of each policy by one or two drawn parameters, with counts.

    Args:
        evaluation: The episodes.
        path: The PNG to write.
        keys: Drawn value along the bottom; of two, the first goes down the side. Others are left out.

    Raises:
        InputError: matplotlib is missing, or no variant has such a value.
    """
    require("a heat map", "matplotlib")
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    rows, columns = (keys[0], keys[1]) if len(keys) > 1 else ("", keys[0])
    used = (rows, columns) if rows else (columns,)
    tables = {
        policy: {(*[""] * (2 - len(used)), *cell): own for cell, own in found.items()}
        for policy in evaluation.policies
        for found in [breakdown(evaluation, policy, used)]
    }
    down = sorted({cell[0] for table in tables.values() for cell in table}, key=label_order)
    along = sorted({cell[1] for table in tables.values() for cell in table}, key=label_order)
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
