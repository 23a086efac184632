"""Recordings of rollouts as Parquet: one row for each control step of an agent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.policies.base import select_agents
from envgen.rollout.columns import PHYSICS
from envgen.rollout.physics import KEYS
from envgen.rollout.policies import PolicySet, interface
from envgen.rollout.recorder import Recorder
from envgen.rollout.rollout import Rollout
from envgen.rollout.step_result import AgentStep

MAX_ROWS = 100_000_000
PHYSICS_NAMES = KEYS


def about(rollout: Rollout, agents: Sequence[str]) -> dict[str, Any]:
    """Return the metadata of a recording: the task, and the robot, terms and actuators of each agent."""
    found = {}
    for agent in agents:
        own = interface(rollout, agent)
        found[agent] = {
            "robot": own.robot,
            "team": rollout.teams.by_agent[rollout.agents.index(agent)],
            "observation": [[name, size] for name, size in own.observation],
            "actuators": list(own.actuators),
        }
    first = rollout.variants[0]
    periods = {
        round(skip * float(world.model.opt.timestep), 9)
        for skip, world in zip(rollout.frame_skip, rollout.worlds)
    }
    return {
        "task": rollout.task,
        "seed": str(first.manifest["seed"]),
        "pack": str(first.manifest["name"]),
        # in s; None where variants differ
        "period": periods.pop() if len(periods) == 1 else None,
        "agents": found,
    }


def record(
    rollout: Rollout,
    policies: PolicySet,
    path: str | Path,
    *,
    steps: int | None = None,
    episodes: int | None = None,
    agents: Sequence[str] = ("*",),
    episode: int = 0,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Play episodes in each world and record observations, actions and rewards.

    Args:
        rollout: The worlds.
        policies: Policies of its agents; the caller may bind others in `progress`.
        path: Path of the Parquet file.
        steps: Control steps of each world. A world whose agents are all done begins its next episode.
        episodes: Whole episodes of each world, instead of `steps`.
        agents: Ids or patterns of the agents to record, as in `PolicySet`.
        episode: Number of the first episode.
        progress: Called with the number of control steps done.

    Returns:
        Number of rows.

    Raises:
        InputError: There is no such agent, or the number of steps or episodes is out of range.
    """
    names = recorded_agents(rollout, agents)
    drawn = {variant.index: dict(variant.drawn) for variant in rollout.variants}
    check_amount(rollout, names, steps, episodes)
    with Recorder(Path(path), drawn, about(rollout, names), PHYSICS_NAMES) as recorder:
        play_into(
            recorder,
            rollout,
            policies,
            names,
            steps=steps,
            episodes=episodes,
            episode=episode,
            progress=progress,
        )
        return recorder.rows


def recorded_agents(rollout: Rollout, agents: Sequence[str]) -> list[str]:
    """Return the agents that ids and patterns name, in the order of the rollout.

    Raises:
        InputError: There is no such agent.
    """
    teams = rollout.teams
    wanted = {agent for pattern in agents for agent in select_agents(pattern, teams.agents, teams.by_agent)}
    return [agent for agent in rollout.agents if agent in wanted]


def check_amount(rollout: Rollout, names: Sequence[str], steps: int | None, episodes: int | None) -> None:
    """Check the length of a recording.

    Raises:
        InputError: Not exactly one of steps and episodes is given, or it is out of range.
    """
    if (steps is None) == (episodes is None):
        raise InputError("a recording needs either steps or episodes, not both", "Give one of them.")
    worlds = len(rollout.over)
    if steps is None:
        if not isinstance(episodes, int) or isinstance(episodes, bool) or episodes < 1:
            raise InputError(f"episodes must be a positive integer, got {episodes!r}", "Give e.g. 10.")
        return
    most = MAX_ROWS // (worlds * max(1, len(names)))
    if not 1 <= steps <= most:
        raise InputError(
            f"steps must be from 1 to {most:,} for {len(names)} agents in {worlds} worlds, got {steps}",
            f"Give 1 to {most:,} steps.",
        )


def play_into(
    recorder: Recorder,
    rollout: Rollout,
    policies: PolicySet,
    names: Sequence[str],
    *,
    steps: int | None = None,
    episodes: int | None = None,
    episode: int = 0,
    envs: Sequence[int] | None = None,
    progress: Callable[[int], None] | None = None,
    finished: Callable[[int], None] | None = None,
) -> None:
    """Play and record into an open file.

    Args:
        recorder: The file.
        rollout: The worlds.
        policies: Policies of its agents.
        names: Agents that are recorded.
        steps: Control steps of each world.
        episodes: Whole episodes of each world, instead of `steps`.
        episode: Number of the first episode.
        envs: Number of each world in the file; by default counted from 0.
        progress: Called with the number of control steps done.
        finished: Called with the number of episodes that ended in a step, if any.
    """
    worlds = len(rollout.over)
    numbers = np.arange(worlds) if envs is None else np.array(envs, dtype=np.int64)
    result = rollout.reset(episode)
    physics = _physics(rollout)
    counts = np.zeros(worlds, dtype=np.int64)
    last = None if episodes is None else episode + episodes - 1
    done = 0
    while (steps is None or done < steps) and not rollout.done.all():
        over = rollout.over.copy()
        actions = policies(result)
        after = rollout.step(actions)
        done += 1
        for agent in names:
            rows = np.flatnonzero(~over[:, rollout.agents.index(agent)])
            columns: dict[str, Any] = {
                "env": numbers[rows],
                "index": np.asarray(rollout.indices)[rows],
                "step": counts[rows],
                "episode": np.asarray(rollout.episode)[rows],
                "agent": np.full(len(rows), agent, dtype=object),
                "policy": np.array(policies.bound(agent), dtype=object)[rows],
                "observation": result[agent].observation[rows].astype(np.float32),
                "action": actions[agent][rows].astype(np.float32),
                **_outcome(after[agent], rows),
                **{name: values[rows] for name, values in physics.items()},
            }
            columns["is_final"] = columns["terminated"] | columns["truncated"] | (done == steps)
            final = after[agent].observation[rows[columns["is_final"]]]
            recorder.add_batch({**columns, "final_observation": final.astype(np.float32)})
        counts += 1
        result = after
        ended = rollout.done & ~over.all(axis=1)
        again = (
            np.flatnonzero(ended & (rollout.episode != last)) if last is not None else np.flatnonzero(ended)
        )
        if len(again):
            counts[again] = 0
            result = rollout.reset((rollout.episode[again] + 1).tolist(), again.tolist())
            physics = _physics(rollout)
        if progress:
            progress(done)
        if finished and ended.any():
            finished(int(ended.sum()))


def _physics(rollout: Rollout) -> dict[str, NDArray[np.float64]]:
    """Return the randomised physics of the running episodes, by column."""
    drawn = rollout.physics
    return {
        f"{PHYSICS}{name}": np.array([float(getattr(own, name)) for own in drawn]) for name in PHYSICS_NAMES
    }


def _outcome(step: AgentStep, rows: NDArray[np.intp]) -> dict[str, Any]:
    return {
        "reward": step.reward[rows],
        "terminated": step.concluded[rows],
        "truncated": step.truncated[rows],
        "ending": np.array([*step.ending, None], dtype=object)[:-1][rows],
    }
