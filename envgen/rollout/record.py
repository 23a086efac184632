"""Recordings of rollouts as Parquet: one row a control step of one agent."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from envgen.core.errors import InputError, WorkError
from envgen.core.version import __version__
from envgen.policies.base import select_agents
from envgen.rollout.columns import COLUMNS, drawn_columns
from envgen.rollout.policies import PolicySet, interface
from envgen.rollout.rollout import Rollout
from envgen.rollout.step_result import AgentStep

ROWS = 16_384
"""Rows of a row group, and most that are held in memory."""
MAX_ROWS = 100_000_000
META = "envgen"
"""Key of the file's metadata: JSON with version, task, and of each agent terms and actuators."""


class Recorder:
    """A Parquet file that grows row by row and appears when it is whole. A context manager.

    Args:
        path: Of the file.
        drawn: What was drawn for each variant, by its index: columns `drawn.<path>`.
        about: For the file's metadata, plain data.

    Raises:
        InputError: The folder is not there.
    """

    def __init__(
        self, path: Path, drawn: Mapping[int, Mapping[str, Any]], about: Mapping[str, Any] | None = None
    ) -> None:
        import pyarrow as pa  # 0.2 s to import: only where it is needed
        import pyarrow.parquet as pq

        if not path.parent.is_dir():
            raise InputError(f"the folder {path.parent} is not there", "Make it, or give another path.")
        self.path, self._part = path, path.with_name(f".{path.name}.part")
        self._kinds = drawn_columns(drawn.values())
        types = {
            "int64": pa.int64(),
            "float64": pa.float64(),
            "float32": pa.float32(),
            "bool": pa.bool_(),
            "string": pa.string(),
            "list<float32>": pa.list_(pa.float32()),
        }
        fields = [pa.field(c.name, types[c.kind], nullable=c.null) for c in COLUMNS]
        fields += [pa.field(name, types[kind]) for name, kind in self._kinds.items()]
        meta = {META: json.dumps({"version": __version__, **(about or {})})}
        self._schema = pa.schema(fields, metadata=meta)
        self._drawn = {
            index: {name: _as(values.get(name.partition(".")[2]), kind) for name, kind in self._kinds.items()}
            for index, values in drawn.items()
        }
        self._rows: list[dict[str, Any]] = []
        self.rows = 0
        try:
            # given as a name, "~" and "s3:" in it would mean something to pyarrow
            self._file = open(self._part, "wb")  # noqa: SIM115  (closed with the recorder)
        except OSError as error:
            raise WorkError(
                f"{path} can't be written: {error.strerror}", "Give another path or make room."
            ) from None
        self._writer = pq.ParquetWriter(self._file, self._schema, compression="zstd")
        self._table = pa.Table

    def add(self, **row: Any) -> None:
        """One row, a value for each column but those of what was drawn."""
        self._rows.append({**row, **self._drawn[row["index"]]})
        self.rows += 1
        if len(self._rows) >= ROWS:
            self._flush()

    def close(self, *, keep: bool = True) -> None:
        """Finish the file; or leave nothing behind."""
        if self._file.closed:
            return
        if keep:
            self._flush()
        self._writer.close()
        self._file.close()
        if keep:
            os.replace(self._part, self.path)
        else:
            self._part.unlink(missing_ok=True)

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._table.from_pylist(self._rows, self._schema))
            self._rows = []

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close(keep=kind is None)


def about(rollout: Rollout, agents: Sequence[str]) -> dict[str, Any]:
    """What the metadata of a recording says: the task, and of each agent its robot, terms and actuators."""
    found = {}
    for agent in agents:
        own = interface(rollout, agent)
        found[agent] = {
            "robot": own.robot,
            "team": rollout.teams.by_agent[rollout.agents.index(agent)],
            "observation": [[name, size] for name, size in own.observation],
            "actuators": list(own.actuators),
        }
    return {"task": rollout.task, "agents": found}


def record(
    rollout: Rollout,
    policies: PolicySet,
    path: str | Path,
    *,
    steps: int,
    agents: Sequence[str] = ("*",),
    episode: int = 0,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Play episode after episode in each world and write what the agents saw, did and got.

    Args:
        rollout: The worlds.
        policies: Of its agents; the caller may bind others in `progress`.
        path: Of the Parquet file.
        steps: Control steps of each world. A world whose agents are all done begins its next episode.
        agents: Ids or patterns of those that are recorded, as in `PolicySet`.
        episode: Number of the first episode.
        progress: Called with the number of control steps done.

    Returns:
        Number of rows.

    Raises:
        InputError: There is no such agent, or the number of steps is not possible.
    """
    teams = rollout.teams
    wanted = {agent for pattern in agents for agent in select_agents(pattern, teams.agents, teams.by_agent)}
    names = [agent for agent in rollout.agents if agent in wanted]
    worlds = len(rollout)
    if not 1 <= steps <= MAX_ROWS // (worlds * max(1, len(names))):
        raise InputError(
            f"{steps} steps of {len(names)} agents in {worlds} worlds can't be recorded",
            f"Give 1 to {MAX_ROWS // (worlds * max(1, len(names))):,} steps.",
        )
    drawn = {variant.index: dict(variant.drawn) for variant in rollout.variants}
    with Recorder(Path(path), drawn, about(rollout, names)) as recorder:
        result = rollout.reset(episode)
        counts = np.zeros(worlds, dtype=np.int64)
        for done in range(1, steps + 1):
            over = rollout.over.copy()
            actions = policies(result)
            after = rollout.step(actions)
            for agent in names:
                number, bound = rollout.agents.index(agent), policies.bound(agent)
                endings = after[agent].ending
                for i in range(worlds):
                    if over[i, number]:
                        continue
                    recorder.add(
                        env=i,
                        index=int(rollout.indices[i]),
                        agent=agent,
                        step=int(counts[i]),
                        episode=int(rollout.episode[i]),
                        policy=bound[i],
                        observation=result[agent].observation[i].astype(np.float32),
                        action=actions[agent][i].astype(np.float32),
                        ending=endings[i],
                        **_outcome(after[agent], i),
                    )
            counts += 1
            result = after
            finished = [int(i) for i in np.flatnonzero(rollout.done)]
            if finished:
                counts[finished] = 0
                result = rollout.reset([int(rollout.episode[i]) + 1 for i in finished], finished)
            if progress:
                progress(done)
        return recorder.rows


def _outcome(step: AgentStep, world: int) -> dict[str, Any]:
    return {
        "reward": float(step.reward[world]),
        "terminated": bool(step.terminated[world] or step.success[world]),
        "truncated": bool(step.truncated[world]),
    }


def _as(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "float64":
        return float(value)
    return value if isinstance(value, str) else json.dumps(value)
