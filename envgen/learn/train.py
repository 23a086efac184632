"""Train a policy on a pack and write it as ONNX; interrupted and resumed at will."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from envgen.core.errors import InputError
from envgen.learn.settings import TrainSettings
from envgen.packs.pack import Pack

SAVE_EVERY = 60.0
"""Seconds between checkpoints."""
MISSING = "Install it from the checkout: pip install '.[train]'."


@dataclass(frozen=True)
class Trained:
    """What a training left.

    Attributes:
        policy: The ONNX file.
        folder: Checkpoint, table and TensorBoard events.
        steps: Control steps done.
        complete: Whether all steps were done.
    """

    policy: Path
    folder: Path
    steps: int
    complete: bool


def train(
    pack: Pack,
    out: Path,
    settings: TrainSettings | None = None,
    *,
    resume: bool = False,
    overwrite: bool = False,
    device: str | None = None,
    progress: Callable[[Any], None] | None = None,
) -> Trained:
    """Train a policy; Ctrl-C keeps what is there.

    Beside `out` lies the folder `<stem>.train` with `checkpoint.pt`, `progress.csv` and TensorBoard events.

    Args:
        pack: Of worlds with one agent.
        out: The ONNX file to write.
        settings: Hyperparameters.
        resume: Go on from the checkpoint that an interrupted training left.
        overwrite: Replace what is there.
        device: `cpu` or `cuda`; by default a GPU if there is one.
        progress: Called with a `Progress` after each iteration.

    Raises:
        InputError: The target exists, there is nothing to resume, a package is missing, or the pack does not fit.
        KeyboardInterrupt: Was interrupted; checkpoint and policy are written.
    """
    settings = settings or TrainSettings()
    folder = out.with_name(f"{out.stem}.train")
    checkpoint = folder / "checkpoint.pt"
    if resume and not checkpoint.is_file():
        raise InputError(f"there is no {checkpoint} to resume", "Leave out --resume.")
    if not resume and not overwrite and (out.exists() or checkpoint.exists()):
        raise InputError(
            f"{out if out.exists() else checkpoint} exists", "Add --resume, --overwrite or another --out."
        )
    try:
        from torch.utils.tensorboard import SummaryWriter

        from envgen.learn.trainer import Trainer
    except ImportError as error:
        raise InputError(f"training needs the package {error.name}", MISSING) from None
    trainer = Trainer(pack, settings, device)
    if resume:
        trainer.load(checkpoint)
    folder.mkdir(parents=True, exist_ok=True)
    writer = SummaryWriter(str(folder))
    table = folder / "progress.csv"
    saved = time.monotonic()
    with open(table, "a" if resume else "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        try:
            while trainer.iteration < settings.iterations:
                done = trainer.iterate()
                values = asdict(done)
                if file.tell() == 0:
                    rows.writerow(values)
                rows.writerow(values.values())
                for name in ("reward", "success", "length", "rate", "noise"):
                    writer.add_scalar(name, values[name], done.steps)
                if progress:
                    progress(done)
                if time.monotonic() - saved > SAVE_EVERY:
                    trainer.save(checkpoint)
                    file.flush()
                    saved = time.monotonic()
        finally:  # Ctrl-C too: what was learned so far is kept
            trainer.save(checkpoint)
            writer.close()
            _write(out, trainer.export())
    return Trained(out, folder, trainer.iteration * settings.batch, complete=True)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)
