"""Training: the same weights whether it is interrupted or not, and a policy that runs everywhere."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from support.worlds import make_cfg

pytest.importorskip("rsl_rl")
import torch

from envgen.core.errors import InputError
from envgen.learn import train as training
from envgen.learn.evaluate import evaluate
from envgen.learn.settings import TrainSettings
from envgen.learn.train import train, train_folder
from envgen.learn.trainer import Progress, Trainer
from envgen.packs.make import make
from envgen.packs.pack import Pack
from envgen.rollout.policies import interface
from envgen.rollout.rollout import Rollout

TINY = TrainSettings(steps=256, num_envs=8, horizon=8, hidden=(8,), threads=1, sampling="curriculum")


def interrupted(pack: Pack, out: Path, monkeypatch: pytest.MonkeyPatch, iteration: int) -> None:
    """Train, and press Ctrl-C in the middle of an iteration."""
    iterate = Trainer.iterate

    def pressed(self: Trainer) -> Progress:
        if self.iteration == iteration:
            step, count = self.env.step, 0

            def stop(actions: torch.Tensor) -> object:
                nonlocal count
                count += 1
                if count == 5:
                    raise KeyboardInterrupt
                return step(actions)

            self.env.step = stop
        return iterate(self)

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "iterate", pressed)
        with pytest.raises(KeyboardInterrupt):
            train(pack, out, TINY)


def test_interrupted_and_resumed_equals_undisturbed(
    walkers: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(walkers, tmp_path / "whole.onnx", TINY)
    assert whole.steps == 256
    interrupted(walkers, tmp_path / "part.onnx", monkeypatch, 2)
    assert (tmp_path / "part.onnx").read_bytes() != whole.policy.read_bytes()
    train(walkers, tmp_path / "part.onnx", TINY, resume=True)
    assert (tmp_path / "part.onnx").read_bytes() == whole.policy.read_bytes()
    table = train_folder(tmp_path / "part.onnx") / "progress.csv"
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [int(row["iteration"]) for row in rows] == [1, 2, 3, 4]
    assert not list(tmp_path.rglob("*.part"))


def test_ctrl_c_before_the_first_update_leaves_what_is_there(
    walkers: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(walkers, tmp_path / "new.onnx", monkeypatch, 0)
    assert not (tmp_path / "new.onnx").exists()
    assert not (train_folder(tmp_path / "new.onnx") / "checkpoint.pt").exists()


def test_the_file_acts_as_the_network_does(walkers: Pack, tmp_path: Path) -> None:
    trainer = Trainer(walkers, TINY)
    for _ in range(2):
        done = trainer.iterate()
    assert done.steps == 128
    assert np.isfinite([done.speed, done.rate, done.noise]).all()
    path = tmp_path / "own.onnx"
    path.write_bytes(trainer.export())
    from envgen.policies.base import PolicyInput, PolicyName

    rollout = Rollout(list(walkers))
    own = PolicyName.parse(str(path)).bind(interface(rollout, "hopper_0"), 0)
    seen = np.random.default_rng(0).normal(size=(50, interface(rollout, "hopper_0").observed))
    zeros = np.zeros(50, dtype=np.int64)
    actions = own(PolicyInput(seen, np.zeros(50), zeros, zeros, zeros, zeros))
    actor = trainer.algorithm.get_policy()
    actor.eval()
    with torch.inference_mode():
        from tensordict import TensorDict

        batch = TensorDict({"policy": torch.tensor(seen, dtype=torch.float32)}, batch_size=[50])
        expected = actor(batch).numpy().clip(-1, 1)
    assert np.abs(actions - expected).max() < 1e-5
    assert len(evaluate(walkers, [str(path)]).episodes) == 4


def test_targets_and_checkpoints_that_do_not_fit_are_refused(walkers: Pack, tmp_path: Path) -> None:
    out = tmp_path / "p.onnx"
    with pytest.raises(InputError, match="to resume"):
        train(walkers, out, TINY, resume=True)
    with pytest.raises(InputError, match="must end in"):
        train(walkers, tmp_path / "p.pt", TINY)
    train(walkers, out, TINY.changed(steps=64))
    with pytest.raises(InputError, match="exists"):
        train(walkers, out, TINY)
    with pytest.raises(InputError, match="other seed"):
        train(walkers, out, TINY.changed(seed=1), resume=True)
    other = make(make_cfg("flat", "hopper", control={"episode": 0.5}), 2, out=tmp_path / "other", jobs=1)
    with pytest.raises(InputError, match="another pack"):
        train(other, out, TINY, resume=True)
    for key, value in (("task", {}), ("randomize", {"latency": 3}), ("control", {"frame_skip": 9})):
        changed = {**walkers.manifest["cfg"], key: {**walkers.manifest["cfg"][key], **value}}
        task = {**walkers.task, "success": {**walkers.task["success"], "expr": 0}}
        manifest = {**walkers.manifest, "cfg": changed, "task": walkers.task if value else task}
        with pytest.raises(InputError, match="another pack"):
            train(Pack(walkers.store, manifest), out, TINY, resume=True)
    before = out.read_bytes()
    (train_folder(out) / "checkpoint.pt").write_bytes(b"broken")
    with pytest.raises(InputError, match="a checkpoint must be one of"):
        train(walkers, out, TINY, resume=True)
    assert out.read_bytes() == before


def test_several_agents_and_wrong_numbers_are_refused(tmp_path: Path) -> None:
    pack = make(
        make_cfg("flat", robots=[{"model": "ant", "count": 2}], task={"kind": "sumo"}),
        1,
        out=tmp_path / "sumo",
        jobs=1,
    )
    with pytest.raises(InputError, match="2 agents"):
        train(pack, tmp_path / "p.onnx", TINY)
    with pytest.raises(InputError, match="num_envs must be a positive integer"):
        TINY.changed(num_envs=0)


def test_missing_packages_are_named(walkers: Pack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from envgen.learn import extras

    monkeypatch.setattr(extras, "find_spec", lambda name: None if name in ("torch", "rsl_rl") else 1)
    with pytest.raises(InputError, match="training needs the packages torch, rsl_rl") as error:
        training.train(walkers, tmp_path / "p.onnx", TINY)
    assert "pip install 'envgen[train]'" in error.value.remedy


@pytest.mark.long
def test_an_ant_learns_to_get_ahead(tmp_path: Path) -> None:
    """After 400,000 steps the reward has grown by half: far from walking well, but learning."""
    pack = make(make_cfg("flat", task={"kind": "walk"}), 4, out=tmp_path / "ants", jobs=1)
    seen: list[Progress] = []
    train(pack, tmp_path / "ant.onnx", TrainSettings(steps=400_000, threads=2), progress=seen.append)
    result = evaluate(pack, ["random", str(tmp_path / "ant.onnx")])
    random, trained = (np.mean([e.reward for e in result.of(name)]) for name in result.policies)
    assert trained > 1.2 * random
