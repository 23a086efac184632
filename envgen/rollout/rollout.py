"""Episodes of the worlds of a pack, natively."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import mujoco
import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.packs.variant import PackVariant
from envgen.rollout.judge import Judge, Mask, Verdict
from envgen.rollout.randomize import KEYS, Physics, Randomizer
from envgen.rollout.stepping import advance, unstable
from envgen.worlds.compiled.state import reset
from envgen.worlds.compiled.task_context import TaskContext
from envgen.worlds.compiler import capture_warnings

Policy = Callable[[Floats], Floats]
"""From observations (worlds, k) to actions (worlds, actuators) in [-1, 1]."""
Actor = Callable[["StepResult"], Mapping[str, Floats]]
"""From the last step of all agents to their actions, as a `PolicySet` does it."""
TIME, UNSTABLE = "time", "unstable"


@dataclass(frozen=True, eq=False)
class AgentStep:
    """What one agent gets of a control step, in each world.

    Attributes:
        observation: (worlds, k)
        reward: (worlds,) sum of `rewards`; 0 once its episode is over.
        rewards: (worlds,) weighted, by name of the term.
        terminated: (worlds,) whether its episode ended in this step, by the task.
        success: (worlds,) whether the task was done in this step, which ends the episode too.
        truncated: (worlds,) whether time was up in this step.
        ending: Name of the term that ended the episode in this step, `time`, `unstable` or None, by world.
    """

    observation: Floats
    reward: Floats
    rewards: dict[str, Floats]
    terminated: Mask
    success: Mask
    truncated: Mask
    ending: tuple[str | None, ...]


StepResult = dict[str, AgentStep]
"""By agent id."""


class Rollout:
    """Worlds of a pack that are stepped side by side; they must have the same agents.

    Args:
        variants: One variant, or several.
        threads: On which physics is computed.

    Attributes:
        agents: Their ids.
        data: MuJoCo's state of each world; after writing to one, call `refresh`.
        over: (worlds, agents) whose episode has ended.
        episode: (worlds,) number of the running episode.
        indices: (worlds,) of the variants in their pack.
        drawn: What was drawn for each variant, by path.
        task: Kind of the task.

    Raises:
        InputError: The variants have different agents.
    """

    def __init__(self, variants: PackVariant | Sequence[PackVariant], *, threads: int = 1) -> None:
        variants = [variants] if isinstance(variants, PackVariant) else list(variants)
        if not variants:
            raise InputError("there is no variant to run", "Give one or more variants of a pack.")
        self.teams = variants[0].teams
        for variant in variants:
            if variant.teams != self.teams:
                raise InputError(
                    f"variants {variants[0].index} and {variant.index} have other agents or teams",
                    "Run them in rollouts of their own.",
                )
        self.worlds = [variant.world() for variant in variants]
        self.agents = list(self.teams.agents)
        task = variants[0].task
        self.context = TaskContext.of(
            self.worlds, self.teams, [v.sizes for v in variants], [v.params for v in variants], task
        )
        self.judge = Judge(task, self.context)
        self.frame_skip = [int(v.setting("control.frame_skip")) for v in variants]
        self.episode = np.zeros(len(variants), dtype=np.int64)
        self.indices = np.array([variant.index for variant in variants], dtype=np.int64)
        self.drawn = [dict(variant.drawn) for variant in variants]
        self.task = str(variants[0].manifest["cfg"]["task"]["kind"])
        self.limit = np.array([float(v.setting("control.episode")) for v in variants])
        self.data = [mujoco.MjData(world.model) for world in self.worlds]
        self.over = np.zeros((len(variants), len(self.agents)), dtype=bool)
        self._overflowed = np.zeros(len(variants), dtype=bool)
        self._randomizers = [
            Randomizer(
                world,
                {agent: layouts[i] for agent, layouts in self.context.layouts.items()},
                {key: variant.setting(f"randomize.{key}") for key in KEYS},
                variant.streams,
            )
            for i, (world, variant) in enumerate(zip(self.worlds, variants))
        ]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None
        self._threads = threads
        self._began = False
        for i in range(len(variants)):
            self._reset(i, 0)
        self._check_sizes(variants)

    @property
    def physics(self) -> list[Physics]:
        """What was drawn for the running episode of each world."""
        return [randomizer.physics for randomizer in self._randomizers]

    @property
    def done(self) -> Mask:
        """(worlds,) whether the episodes of all agents have ended."""
        return np.asarray(self.over.all(axis=1))

    def observation_layout(self, agent: str) -> list[tuple[str, int]]:
        """The terms of an agent's observation with their sizes, in order."""
        return self.judge.layout(self.data, agent)

    def action_size(self, agent: str) -> int:
        """Number of an agent's actuators."""
        return len(self.context.layouts[agent][0].actuators)

    def reset(self, episode: int | Sequence[int] = 0, which: Sequence[int] | None = None) -> StepResult:
        """Begin an episode: the start state, with physics drawn for the number of the episode.

        Args:
            episode: Its number, >= 0, for all worlds or for each of those that are reset.
            which: Worlds to reset; by default all.
        """
        which = range(len(self.worlds)) if which is None else which
        episodes = [episode] * len(which) if isinstance(episode, int) else list(episode)
        if len(episodes) != len(which) or min(episodes, default=0) < 0:
            raise InputError(
                f"{episodes} are no episodes for {len(which)} worlds",
                "Give one number >= 0, or one for each.",
            )
        for i, number in zip(which, episodes):
            self._reset(i, number)
        self._began = True
        return {agent: self._result(agent, self._judge(agent), started=True) for agent in self.agents}

    def step(self, actions: Mapping[str, Floats]) -> StepResult:
        """One control step of every world that is not done.

        Args:
            actions: By agent id, (worlds, actuators) or (actuators,) in [-1, 1], mapped linearly onto each
                ctrlrange; what is beyond is cut. An agent without one keeps the control of the start, as do
                those whose episode is over.

        Raises:
            InputError: An action is of the wrong size, not finite or of no agent; or nothing was reset.
        """
        if not self._began:
            raise InputError("an episode has not begun", "Call reset first.")
        self._control(actions)
        going = [i for i, done in enumerate(self.done) if not done]
        with capture_warnings():
            if self._pool:
                chunks = [going[k :: self._threads] for k in range(self._threads)]
                list(self._pool.map(self._advance, chunks))
            else:
                self._advance(going)
        verdicts = {agent: self._judge(agent) for agent in self.agents}
        # all are judged before any is over: who falls together with another still counts for it
        return {agent: self._result(agent, verdict) for agent, verdict in verdicts.items()}

    def refresh(self) -> None:
        """Compute what follows from positions and velocities that were written from outside."""
        for world, data in zip(self.worlds, self.data):
            mujoco.mj_forward(world.model, data)

    def _reset(self, i: int, episode: int) -> None:
        model, data = self.worlds[i].model, self.data[i]
        with capture_warnings():
            self._randomizers[i].reset(data, episode)
            reset(model, data)
            mujoco.mj_forward(model, data)
        self.over[i] = self._overflowed[i] = False
        self.episode[i] = episode

    def _check_sizes(self, variants: Sequence[PackVariant]) -> None:
        for agent, layouts in self.context.layouts.items():
            shapes = [
                (len(at.actuators), len(at.joint_pos), [(k, s.stop - s.start) for k, s in at.sensors.items()])
                for at in layouts
            ]
            for variant, shape in zip(variants, shapes):
                if shape != shapes[0]:
                    raise InputError(
                        f"{agent} of variants {variants[0].index} and {variant.index} differ in joints,"
                        " actuators or sensors",
                        "Run them in rollouts of their own.",
                    )

    def _control(self, actions: Mapping[str, Floats]) -> None:
        for agent in actions:
            if agent not in self.agents:
                raise InputError(f"there is no agent {agent!r}", f"Known: {', '.join(self.agents)}.")
        for number, agent in enumerate(self.agents):
            action = self._action(agent, actions[agent]) if agent in actions else None
            for i, (world, data) in enumerate(zip(self.worlds, self.data)):
                at = self.context.layouts[agent][i]
                if action is None or self.over[i, number]:
                    home = world.model.key_ctrl[0] if world.model.nkey else np.zeros(world.model.nu)
                    data.ctrl[at.actuators] = home[at.actuators]
                else:
                    data.ctrl[at.actuators] = at.low + 0.5 * (action[i] + 1) * (at.high - at.low)

    def _action(self, agent: str, given: Floats) -> Floats:
        action, size = np.asarray(given, dtype=np.float64), self.action_size(agent)
        if action.shape not in ((size,), (len(self.worlds), size)):
            raise InputError(
                f"an action of shape {action.shape} is not of {agent}",
                f"Give ({size},) for all worlds or ({len(self.worlds)}, {size}).",
            )
        if not np.isfinite(action).all():
            raise InputError(
                f"an action of {agent} is not finite", "Look at the policy: it gives NaN or inf."
            )
        return np.broadcast_to(action, (len(self.worlds), size)).clip(-1.0, 1.0)

    def _advance(self, which: Sequence[int]) -> None:
        for i in which:
            model, data = self.worlds[i].model, self.data[i]
            since = float(data.time)
            if not advance(model, data, self.frame_skip[i]):
                self._overflowed[i] = True
            elif self._randomizers[i].push(data, since):
                mujoco.mj_step1(model, data)

    def _judge(self, agent: str) -> Verdict:
        return self.judge(self.data, agent, self.over)

    def _result(self, agent: str, verdict: Verdict, *, started: bool = False) -> AgentStep:
        number = self.agents.index(agent)
        playing = ~self.over[:, number]
        if started:
            playing = np.zeros_like(playing)
        broken = np.array([unstable(data) for data in self.data]) | self._overflowed
        rewards = {name: np.where(playing & ~broken, value, 0.0) for name, value in verdict.rewards.items()}
        ended = {name: playing & ~broken & holds for name, holds in verdict.terminated.items()}
        ended[UNSTABLE] = playing & broken
        terminated: NDArray[np.bool_] = np.any(list(ended.values()), axis=0)
        success = playing & ~broken & verdict.success
        late = np.array([data.time for data in self.data]) >= self.limit - 1e-9
        truncated = playing & late & ~terminated & ~success
        # in this order: what is done is done, even if the agent falls with it
        causes = {self.judge.success[0]: success, **ended, TIME: truncated}
        ending = tuple(
            next((name for name, holds in causes.items() if holds[i]), None) for i in range(len(self.data))
        )
        self.over[:, number] |= terminated | success | truncated
        total: Floats = np.sum(list(rewards.values()), axis=0)
        return AgentStep(
            np.nan_to_num(verdict.observation), total, rewards, terminated, success, truncated, ending
        )


@dataclass(frozen=True)
class Outcome:
    """How an episode went for one agent in one world.

    Attributes:
        reward: Sum over the episode.
        steps: Control steps until its end.
        ending: Name of the term that ended it, `time` or `unstable`.
        success: Whether the task was done.
    """

    reward: float
    steps: int
    ending: str
    success: bool


def play(
    rollout: Rollout, policies: Mapping[str, Policy] | Actor, episode: int = 0
) -> list[dict[str, Outcome]]:
    """One episode of each world, from its start to the end of its last agent.

    Args:
        rollout: The worlds.
        policies: By agent id, or one for all agents, such as a `PolicySet`. An agent without one keeps the
            control of the start.
        episode: Number of the episode.

    Returns:
        By world, the outcome of each agent.
    """
    result = rollout.reset(episode)
    outcomes: list[dict[str, Outcome]] = [{} for _ in rollout.worlds]
    reward = {agent: np.zeros(len(rollout.worlds)) for agent in rollout.agents}
    steps = 0
    while not rollout.done.all():
        if callable(policies):
            actions = policies(result)
        else:
            actions = {agent: policy(result[agent].observation) for agent, policy in policies.items()}
        result = rollout.step(actions)
        steps += 1
        for agent, own in result.items():
            reward[agent] += own.reward
            for i, ending in enumerate(own.ending):
                if ending is not None:
                    total = float(reward[agent][i])
                    outcomes[i][agent] = Outcome(total, steps, ending, bool(own.success[i]))
    return outcomes
