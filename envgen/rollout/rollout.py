"""Native rollouts of the worlds of a pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envgen.core.errors import InputError
from envgen.core.heightfield import Floats
from envgen.packs.variant import PackVariant
from envgen.rollout.alike import check_agents, check_choice, check_episodes, check_layouts, check_slots
from envgen.rollout.controls import Controls
from envgen.rollout.engine import BatchEngine
from envgen.rollout.episode_physics import EpisodePhysics
from envgen.rollout.judge import Judge
from envgen.rollout.physics import Physics, check_changed, settings_of
from envgen.rollout.play import Actor, Outcome, Policy, play
from envgen.rollout.randomize import Randomizer
from envgen.rollout.saved import Saved
from envgen.rollout.slot_state import SlotState
from envgen.rollout.step_result import StepResult, begin_step, judge_step
from envgen.rollout.stepper import Mask, Slots
from envgen.worlds.compiled.state import BatchState
from envgen.worlds.compiled.task_context import TaskContext

__all__ = ["Actor", "Outcome", "Policy", "Rollout", "play"]


class Rollout:
    """Worlds of a pack that are stepped side by side; they must have the same agents.

    Each slot runs a variant. By default there is a slot for each variant; with `slots` several may run the
    same variant, and a slot may switch to another at a reset.

    Args:
        variants: One variant, or several.
        threads: Number of threads for physics; the result is the same for any number.
        slots: Position in `variants` of the variant that each slot runs at first.
        randomize: Settings of `EnvCfg.randomize` other than those of the pack, by key.

    Attributes:
        agents: Their ids.
        variants: The variants.
        worlds: Compiled world of each variant.
        over: (slots, agents) whether the episode of the agent has ended.
        episode: (slots,) number of the running episode.
        task: Kind of the task.
        limit: (variants,) length of an episode, in s.
        period: (variants,) length of a control step, in s.

    Raises:
        InputError: The variants have different agents, or a setting is out of its range.
    """

    def __init__(
        self,
        variants: PackVariant | Sequence[PackVariant],
        *,
        threads: int = 1,
        slots: Sequence[int] | None = None,
        randomize: Mapping[str, Any] | None = None,
    ) -> None:
        variants = [variants] if isinstance(variants, PackVariant) else list(variants)
        check_agents(variants)
        first = list(range(len(variants)) if slots is None else slots)
        check_slots(first, len(variants))
        self.variants, self.threads = variants, threads
        self._randomize = check_changed(randomize)
        settings = [settings_of(variant, self._randomize) for variant in variants]
        self.teams = variants[0].teams
        self.worlds = [variant.world() for variant in variants]
        self.agents = list(self.teams.agents)
        task = variants[0].task
        self.context = TaskContext.of(
            self.worlds, self.teams, [v.sizes for v in variants], [v.params for v in variants], task
        )
        check_layouts(variants, self.context)
        self.judge = Judge(task, self.context)
        self.task = str(variants[0].manifest["cfg"]["task"]["kind"])
        self.frame_skip = [int(v.setting("control.frame_skip")) for v in variants]
        self.limit = np.array([float(v.setting("control.episode")) for v in variants])
        self._skip = np.array(self.frame_skip, dtype=np.intp)
        self.period = self._skip * np.array([float(world.model.opt.timestep) for world in self.worlds])
        self._pack_index = np.array([variant.index for variant in variants], dtype=np.int64)
        self.engine = BatchEngine(
            [world.model for world in self.worlds], lambda i: variants[i].sources(), first, threads
        )
        self.context.show(self.engine.variant)
        self._controls = Controls(self.context)
        randomizers = [
            Randomizer(
                self.worlds[i],
                {agent: at[i] for agent, at in self.context.layouts.items()},
                settings[i],
                variant.streams,
            )
            for i, variant in enumerate(variants)
        ]
        observed = [sum(size for _, size in self.observation_layout(agent)) for agent in self.agents]
        self._physics = EpisodePhysics(self.engine, self.context, randomizers, observed)
        count = len(first)
        self.episode = np.zeros(count, dtype=np.int64)
        self.over = np.zeros((count, len(self.agents)), dtype=bool)
        self._overflowed = np.zeros(count, dtype=bool)
        self._began = False
        self._restart(np.arange(count), [0] * count)

    @property
    def physics(self) -> list[Physics]:
        """Randomised physics of the running episode of each slot."""
        return list(self._physics.physics)

    @property
    def state(self) -> BatchState:
        """The states of all slots, live; after writing to them, call `refresh`."""
        return self.engine.state

    @property
    def data(self) -> list[SlotState]:
        """The state of each slot, live; after writing to one, call `refresh`."""
        return [SlotState(self.engine, i) for i in range(len(self.engine))]

    @property
    def variant(self) -> NDArray[np.intp]:
        """(slots,) position in `variants` of the variant that each slot runs."""
        return self.engine.variant

    @property
    def indices(self) -> NDArray[np.int64]:
        """(slots,) index in its pack of the variant that each slot runs."""
        return self._pack_index[self.engine.variant]

    @property
    def done(self) -> Mask:
        """(slots,) whether the episodes of all agents have ended."""
        return np.asarray(self.over.all(axis=1))

    def __len__(self) -> int:
        """Number of slots."""
        return len(self.engine)

    def observation_layout(self, agent: str) -> list[tuple[str, int]]:
        """Return the terms of an agent's observation with their sizes, in order."""
        return self.judge.layout(self.state, agent)

    def action_size(self, agent: str) -> int:
        """Return the number of an agent's actuators."""
        return len(self.context.layouts[agent][0].actuators)

    def reset(
        self,
        episode: int | Sequence[int] = 0,
        which: Sequence[int] | None = None,
        variants: Sequence[int] | None = None,
    ) -> StepResult:
        """Begin an episode: go to the start state, with physics drawn for the episode number.

        Args:
            episode: Its number, >= 0, for all slots or for each of those that are reset.
            which: Slots to reset; by default all.
            variants: Position of the variant that each of them runs from now on; by default unchanged.
        """
        slots = np.arange(len(self)) if which is None else np.array(which, dtype=np.intp)
        episodes = [episode] * len(slots) if isinstance(episode, int) else list(episode)
        check_episodes(episodes, len(slots))
        self._restart(slots, episodes, variants)
        self._began = True
        rewards = [name for name, _ in self.judge.reward]
        return {
            agent: begin_step(observation, rewards, self.judge.causes)
            for agent, observation in self.observe().items()
        }

    def step(self, actions: Mapping[str, Floats]) -> StepResult:
        """Do one control step of every slot that is not done.

        Args:
            actions: By agent id, (slots, actuators) or (actuators,) in [-1, 1], mapped linearly onto each
                ctrlrange and clipped to it. Agents without an action, or whose episode is over, keep the
                control of the start.

        Raises:
            InputError: An action has the wrong shape, is no finite number or is of an unknown agent; or
                there was no reset.
        """
        if not self._began:
            raise InputError("no episode has begun", "Call reset first.")
        self._controls.write(self.state.ctrl, actions, self.over)
        playing, active = ~self.over, ~self.done
        going = np.flatnonzero(active)
        since = self.state.time.copy()
        delay = self._physics.delay
        delay.exchange(self.state.ctrl)
        skip = self._skip[self.variant[going]]
        for count in np.unique(skip).tolist():
            failed = np.flatnonzero(self.engine.step(going[skip == count], count))
            if len(failed):
                self.engine.start(failed)
                self._overflowed[failed] = True
        delay.give_back(self.state.ctrl)
        self._physics.noise.advance(going)
        self._physics.push(since, active & ~self._overflowed)
        return self._result(playing)

    def refresh(self) -> None:
        """Recompute sensors and derived quantities after the state was written from outside."""
        self.engine.refresh()

    def observe(self) -> dict[str, Floats]:
        """Return what each agent observes in the present state, (slots, k)."""
        return {
            agent: self._physics.noise.add(number, self.judge.observe(self.state, agent, self.over))
            for number, agent in enumerate(self.agents)
        }

    def save(self) -> Saved:
        """Return a copy of the state of all slots, which can be restored or pickled."""
        return Saved(
            self.variant.copy(),
            self.episode.copy(),
            self.over.copy(),
            self._overflowed.copy(),
            self.physics,
            self._physics.streams(),
            self.engine.save(),
            self._began,
            self._physics.delay.past.copy(),
            self._physics.noise.steps.copy(),
        )

    def restore(self, saved: Saved) -> None:
        """Restore a state that `save` of a rollout with the same variants and slots returned."""
        self._physics.assign(np.arange(len(self)), saved.variant.tolist(), saved.physics)
        self._physics.set_streams(saved.kicks)
        self._physics.delay.past = saved.past.copy()
        slots, variants = np.arange(len(self)), saved.variant.tolist()
        self._physics.noise.begin(slots, variants, saved.episode.tolist(), saved.steps.tolist())
        self.engine.restore(saved.states)
        self.episode[:], self.over[:] = saved.episode, saved.over
        self._overflowed[:], self._began = saved.overflowed, saved.began

    def __reduce__(self) -> tuple[Any, ...]:
        slots = self.variant.tolist()
        return _rebuild, (self.variants, self.threads, slots, self._randomize, self.save())

    def _restart(self, slots: Slots, episodes: Sequence[int], variants: Sequence[int] | None = None) -> None:
        chosen = self.variant[slots].tolist() if variants is None else list(variants)
        check_choice(chosen, len(slots), len(self.variants))
        self._physics.begin(slots, chosen, episodes)
        self.engine.start(slots)
        self._physics.start(slots, episodes)
        self.over[slots] = False
        self._overflowed[slots] = False
        self.episode[slots] = episodes

    def _result(self, playing: Mask) -> StepResult:
        """Return every agent's step result.

        All agents are evaluated before any episode is marked over, so agents that fall in the same step all
        count.
        """
        broken = self.engine.unstable() | self._overflowed
        late = self.state.time >= self.limit[self.variant] - 1e-9
        period = self.period[self.variant]
        verdicts = [self.judge(self.state, agent, self.over, period) for agent in self.agents]
        results: StepResult = {}
        for number, (agent, verdict) in enumerate(zip(self.agents, verdicts)):
            self._physics.noise.add(number, verdict.observation)
            step = judge_step(verdict, self.judge, playing[:, number], broken, late)
            self.over[:, number] |= step.terminated | step.success | step.truncated
            results[agent] = step
        return results


def _rebuild(
    variants: Sequence[PackVariant],
    threads: int,
    slots: Sequence[int],
    randomize: Mapping[str, Any],
    saved: Saved,
) -> Rollout:
    rollout = Rollout(variants, threads=threads, slots=slots, randomize=randomize)
    rollout.restore(saved)
    return rollout
