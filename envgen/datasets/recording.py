"""Reading recordings, whoever made them: native rollouts, the page or `envgen run --record`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.core.parquet import read_table
from envgen.datasets.alike import GROUPS, groups_in
from envgen.datasets.episode import Episode
from envgen.packs.pack import Pack
from envgen.policies.base import select_agents
from envgen.rollout.alike import choose_group
from envgen.rollout.columns import COLUMNS, DRAWN, FINAL, PHYSICS
from envgen.rollout.physics import KEYS, draw_physics, settings_of
from envgen.rollout.recorder import META
from envgen.worlds.compiled.task_context import layout


class Recording:
    """A recording and the agents of it that are taken.

    Args:
        path: Of the Parquet file.
        agents: Ids or patterns of agents.
        pack: That was played; gives what a recording of the page lacks: period and randomised physics.
        group: Number of the group of variants that is taken, where they differ in agents or bodies; by
            default all are.

    Raises:
        InputError: The file is not a recording, or has no such agent or group.
    """

    def __init__(
        self,
        path: Path,
        agents: Sequence[str] = ("*",),
        pack: Pack | None = None,
        group: int | None = None,
    ) -> None:
        import pyarrow as pa  # 0.2 s to import: only where it is needed

        self.path, self.pack = path, pack
        self._counts: dict[int, int] = {}
        try:
            self.table = read_table(path)
        except OSError as error:
            raise InputError(
                f"{path} can't be read: {error.strerror or error}", "Give a recording."
            ) from None
        except pa.ArrowException as error:
            raise InputError(
                f"a recording must be a Parquet file, got {path}: {error}", "Give a recording."
            ) from None
        names = self.table.column_names
        missing = [column.name for column in COLUMNS if column.name not in names]
        meta = (self.table.schema.metadata or {}).get(META.encode())
        if missing or meta is None:
            lack = f"lacks the column {missing[0]!r}" if missing else "has no metadata of envgen"
            raise InputError(
                f"a recording must have envgen's columns and metadata: {path} {lack}",
                "Give one made by envgen.",
            )
        self.about: dict[str, Any] = json.loads(meta)
        self._taken: list[int] | None = None
        if group is not None:
            own = choose_group(groups_in(self.about), group)
            if GROUPS in self.about:
                self._taken = list(own["variants"])
                self.about = {**self.about, "agents": own["agents"], "group": int(group)}
                del self.about[GROUPS]
        self.agents = self._select(agents)

    @property
    def task(self) -> str:
        """Kind of the task."""
        return str(self.about.get("task"))

    @property
    def robot(self) -> str:
        """Robot of the agents, several joined by `, `."""
        return ", ".join(sorted({str(self.about["agents"][agent]["robot"]) for agent in self.agents}))

    @property
    def seed(self) -> int:
        """Seed of the pack."""
        return self.pack.seed if self.pack else int(self.about.get("seed", 0))

    @property
    def pack_name(self) -> str | None:
        """Name of the pack, if it is known."""
        return self.pack.name if self.pack else self.about.get("pack")

    @cached_property
    def observation_names(self) -> list[str]:
        """Name of each number of an observation: that of the term, counted where it has several."""
        terms = self.about["agents"][self.agents[0]]["observation"]
        return [name if size == 1 else f"{name}_{i}" for name, size in terms for i in range(size)]

    @cached_property
    def action_names(self) -> list[str]:
        """Actuators."""
        return list(self.about["agents"][self.agents[0]]["actuators"])

    @cached_property
    def policies(self) -> list[str]:
        """Names of the policies that acted."""
        return sorted(set(self.rows["policy"].unique().to_pylist()))

    @cached_property
    def period(self) -> float | None:
        """Length of a control step in s; None if it is not known or differs."""
        if self.about.get("period") is not None:
            return float(self.about["period"])
        if self.pack is None:
            return None
        used = set(self.rows["index"].unique().to_pylist())
        variants = [variant for variant in self.pack if variant.index in used]
        periods = {
            round(int(v.setting("control.frame_skip")) * float(v.model().opt.timestep), 9) for v in variants
        }
        return periods.pop() if len(periods) == 1 else None

    @property
    def is_whole(self) -> bool:
        """True if all rows of the file are taken."""
        return bool(self.rows.num_rows == self.table.num_rows)

    @property
    def indices(self) -> list[int]:
        """Indices of the variants that were played."""
        return sorted(self.rows["index"].unique().to_pylist())

    def write_rows(self, path: Path) -> None:
        """Write the rows that are taken as a recording of their own."""
        import pyarrow.parquet as pq

        def chosen(found: Mapping[str, Any]) -> dict[str, Any]:
            return {agent: facts for agent, facts in found.items() if agent in self.agents}

        facts = {**self.about, "agents": chosen(self.about["agents"])}
        if GROUPS in facts:
            facts[GROUPS] = [{**own, "agents": chosen(own["agents"])} for own in facts[GROUPS]]
        with open(path, "wb") as file:  # given as a name, "~" in it would mean something to pyarrow
            pq.write_table(
                self.rows.replace_schema_metadata({META: json.dumps(facts)}), file, compression="zstd"
            )

    def count(self) -> int:
        """Return the number of episodes; one of an agent counts for itself."""
        return sum(1 for _ in self._spans())

    def episodes(self) -> Iterator[Episode]:
        """Yield the episodes of all agents, by environment, agent and number.

        Raises:
            InputError: Observations or actions differ in size.
        """
        observations, actions = self._matrix("observation"), self._matrix("action")
        for at in self._spans():
            yield self._episode(at, observations, actions)

    def _spans(self) -> Iterator[NDArray[np.intp]]:
        """The places of the rows of each episode."""
        rows = self.rows
        if not rows.num_rows:
            return
        env, number, step = (rows[name].to_numpy() for name in ("env", "episode", "step"))
        agent = rows["agent"].combine_chunks().dictionary_encode().indices.to_numpy()
        order = np.lexsort((step, number, agent, env))
        keys = np.stack([env, agent, number])[:, order]
        # a gap in the steps parts what follows from what is before
        breaks = (np.diff(keys) != 0).any(axis=0) | (np.diff(step[order]) != 1)
        edges = np.concatenate([[0], np.flatnonzero(breaks) + 1, [len(order)]])
        for start, end in pairwise(edges.tolist()):
            yield order[start:end]

    def _episode(self, at: NDArray[np.intp], observations: Any, actions: Any) -> Episode:
        rows = self._facts.take(at)
        last = {name: rows[name][len(at) - 1].as_py() for name in rows.column_names}
        final = last.get(FINAL.name)
        drawn = {name[len(DRAWN) :]: last[name] for name in rows.column_names if name.startswith(DRAWN)}
        physics = {name[len(PHYSICS) :]: last[name] for name in rows.column_names if name.startswith(PHYSICS)}
        return Episode(
            env=last["env"],
            variant=last["index"],
            agent=last["agent"],
            number=last["episode"],
            policy=", ".join(sorted(set(rows["policy"].to_pylist()))),
            observations=observations[at],
            actions=actions[at],
            rewards=rows["reward"].to_numpy(),
            terminated=rows["terminated"].to_numpy(),
            truncated=rows["truncated"].to_numpy(),
            final=None if final is None else np.array(final, dtype=np.float32),
            ending=last["ending"],
            drawn={path: value for path, value in drawn.items() if value is not None},
            physics=physics or self._draw_physics(last["index"], last["episode"]),
        )

    def _draw_physics(self, index: int, episode: int) -> dict[str, float]:
        """Draw the physics of an episode again: the draws depend on the pack and the episode number alone."""
        if self.pack is None:
            return {}
        variant = self._variants[index]
        drawn = draw_physics(settings_of(variant), variant.streams, episode, self._actuators(index))
        return {key: float(getattr(drawn, key)) for key in KEYS}

    def _actuators(self, index: int) -> int:
        """Return the number of actuators of a variant's robots; 0 where nothing is drawn for each of them."""
        if index not in self._counts:
            variant, count = self._variants[index], 0
            if not isinstance(variant.randomize["motor_scale"], int | float):
                world = variant.world()
                count = sum(len(layout(world, agent).actuators) for agent in variant.agents)
            self._counts[index] = count
        return self._counts[index]

    @cached_property
    def _variants(self) -> dict[int, Any]:
        return {variant.index: variant for variant in self.pack or ()}

    @cached_property
    def rows(self) -> Any:
        """The rows of the agents and variants that are taken, as a table."""
        import pyarrow as pa
        import pyarrow.compute as pc

        rows = self.table.filter(pc.is_in(self.table["agent"], pa.array(self.agents)))
        if self._taken is None:
            return rows
        return rows.filter(pc.is_in(rows["index"], pa.array(self._taken, pa.int64())))

    @cached_property
    def _facts(self) -> Any:
        """The rows without what `_matrix` gives."""
        return self.rows.drop_columns(["observation", "action"])

    def _matrix(self, name: str) -> Any:
        """A column of lists of equal length as (rows, k) float32."""
        rows = self.rows
        if not rows.num_rows:
            return np.zeros((0, 0), dtype=np.float32)
        flat = rows[name].combine_chunks().flatten().to_numpy()
        if len(flat) % rows.num_rows:
            raise InputError(
                f"{self.path}: {name}s of different sizes", "Record agents of one kind, or choose some."
            )
        return flat.reshape(rows.num_rows, -1).astype(np.float32, copy=False)

    def _select(self, patterns: Sequence[str]) -> list[str]:
        known = list(self.about["agents"])
        teams = [str(self.about["agents"][agent].get("team")) for agent in known]
        wanted = {
            agent for pattern in patterns for agent in select_agents(pattern, tuple(known), tuple(teams))
        }
        return [agent for agent in known if agent in wanted]
