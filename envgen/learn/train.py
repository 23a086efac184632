"""Train a policy on a pack and write it as ONNX; interrupted and resumed at will."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from envgen.core.errors import InputError
from envgen.learn.extras import require
from envgen.learn.settings import TrainSettings
from envgen.packs.pack import Pack

if TYPE_CHECKING:
    from envgen.learn.trainer import Progress, Trainer

SAVE_EVERY = 60.0
"""Seconds between checkpoints."""
PLOTTED = ("reward", "success", "length", "speed", "rate", "noise")
"""What TensorBoard shows of a `Progress`."""


@dataclass(frozen=True)
class Trained:
    """Results of a training.

    Attributes:
        policy: The ONNX file.
        folder: Checkpoint, table and TensorBoard events.
        steps: Control steps done.
    """

    policy: Path
    folder: Path
    steps: int


def train_folder(out: Path) -> Path:
    """Return the folder of checkpoint, table and TensorBoard events of a policy."""
    return out.with_name(f"{out.stem}.train")


def check_target(out: Path, *, resume: bool, overwrite: bool) -> None:
    """Refuse to train before anything is made, where it could not be written.

    Raises:
        InputError: The target exists, can't be written, has another suffix, or there is nothing to resume.
    """
    checkpoint = train_folder(out) / "checkpoint.pt"
    if not out.parent.is_dir():
        raise InputError(f"the folder {out.parent} is not there", "Make it, or give another --out.")
    if out.is_dir():
        raise InputError(f"{out} is a folder", "Give another --out.")
    if checkpoint.parent.exists() and not checkpoint.parent.is_dir():
        raise InputError(f"{checkpoint.parent} must be a folder, got a file", "Give another --out.")
    if not os.access(out.parent, os.W_OK):
        raise InputError(f"{out.parent} can't be written", "Give another --out.")
    if out.suffix != ".onnx":
        raise InputError(f"{out} must end in .onnx", f"Such as --out {out.with_suffix('.onnx')}.")
    if resume and overwrite:
        raise InputError("--resume and --overwrite exclude each other", "Leave out one of them.")
    if resume and not checkpoint.is_file():
        raise InputError(f"there is no {checkpoint} to resume", "Leave out --resume.")
    there = next((path for path in (out, checkpoint) if path.exists()), None)
    if there is not None and not (resume or overwrite):
        raise InputError(f"{there} exists", "Add --resume, --overwrite or another --out.")


def train(
    pack: Pack,
    out: Path,
    settings: TrainSettings | None = None,
    *,
    resume: bool = False,
    overwrite: bool = False,
    device: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Trained:
    """Train a policy; Ctrl-C keeps what was learned until the last whole iteration.

    Beside `out` lies the folder `<stem>.train` with `checkpoint.pt`, `progress.csv` and TensorBoard events.

    Args:
        pack: Of worlds with one agent.
        out: The ONNX file to write.
        settings: Hyperparameters.
        resume: Go on from the checkpoint that an interrupted training left.
        overwrite: Replace what is there.
        device: `cpu` or `cuda`; by default a GPU if there is one.
        progress: Called after each iteration.

    Raises:
        InputError: The target exists, there is nothing to resume, a package is missing, or the pack does not
            fit.
        KeyboardInterrupt: It was interrupted; after a whole iteration, checkpoint and policy are written.
    """
    settings = settings or TrainSettings()
    check_target(out, resume=resume, overwrite=overwrite)
    require("training", "torch", "rsl_rl", "tensorboard", "gymnasium", "onnx")
    from envgen.learn.trainer import Trainer

    folder = train_folder(out)
    trainer = Trainer(pack, settings, device)
    if resume:
        trainer.load(folder / "checkpoint.pt")
    folder.mkdir(parents=True, exist_ok=True)
    _clear(folder, trainer.iteration)
    with _Log(folder, trainer) as log:
        try:
            saved = monotonic()
            while trainer.iteration < settings.iterations:
                done = trainer.iterate()
                log.add(done)
                if progress:
                    progress(done)
                if monotonic() - saved > SAVE_EVERY:
                    trainer.save(folder / "checkpoint.pt")
                    saved = monotonic()
        except BaseException:
            if trainer.iteration:  # else a policy that is there is worth more than an untrained one
                trainer.rewind()
                _keep(trainer, out, folder)
            raise
        _keep(trainer, out, folder)
    return Trained(out, folder, trainer.iteration * settings.batch)


def _keep(trainer: Trainer, out: Path, folder: Path) -> None:
    trainer.save(folder / "checkpoint.pt")
    part = out.with_name(f".{out.name}.part")
    part.write_bytes(trainer.export())
    part.replace(out)


def _clear(folder: Path, iteration: int) -> None:
    """Remove what was logged after an iteration, by a training that was killed or is overwritten."""
    table = folder / "progress.csv"
    if iteration == 0:
        for path in (table, folder / "checkpoint.pt", *folder.glob("events.out.tfevents.*")):
            path.unlink(missing_ok=True)
    elif table.is_file():
        with open(table, newline="", encoding="utf-8") as file:
            rows = [row for row in csv.reader(file) if row and row[0].isdecimal()]
        with open(table, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([_names(), *(row for row in rows if int(row[0]) <= iteration)])


def _names() -> list[str]:
    from envgen.learn.trainer import Progress

    return [field.name for field in fields(Progress)]


class _Log:
    """A table and TensorBoard events of the progress. A context manager."""

    def __init__(self, folder: Path, trainer: Trainer) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer: Any = SummaryWriter(
            str(folder), purge_step=trainer.iteration * trainer.settings.batch + 1
        )
        path = folder / "progress.csv"
        fresh = not path.is_file()
        self._file = open(path, "a", newline="", encoding="utf-8")  # noqa: SIM115  (closed on exit)
        self._rows = csv.writer(self._file)
        if fresh:
            self._rows.writerow(_names())

    def add(self, done: Progress) -> None:
        values = asdict(done)
        self._rows.writerow(values.values())
        self._file.flush()
        for name in PLOTTED:
            self._writer.add_scalar(name, values[name], done.steps)

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._writer.close()
