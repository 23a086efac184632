"""The task makes sense in the start state."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from envgen.tasks.expr import Memo, compiled
from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage
from envgen.worlds.compiled.state import BatchTaskState
from envgen.worlds.compiled.task_context import TaskContext
from envgen.worlds.sampling.teams import Teams


@register
class TaskSound(Check):
    """Number of terms that are not finite, and of endings and successes that hold at the start."""

    kind: ClassVar[str] = "task"
    title: ClassVar[str] = "task terms are finite, and no ending or success holds at the start"
    why: ClassVar[str] = "An episode that ends or succeeds at once teaches nothing."
    stage: ClassVar[Stage] = Stage.TASK
    remedy: ClassVar[str] = (
        "Move the goal away, change parameters of the task, or correct the robot's home pose."
    )

    def applies(self, subject: Subject) -> bool:
        return subject.ours and subject.task is not None

    def run(self, subject: Subject) -> Finding:
        task = subject.task
        assert task is not None
        wrong: list[str] = []
        agents = subject.world.agents
        sizes = {agent: subject.size_of(agent) for agent in agents}
        context = TaskContext.of(
            [subject.world], subject.teams or Teams.of(agents), [sizes], [subject.params], task
        )
        numbers, ends = (
            (*task["observation"], *task["reward"]),
            (*task["terminated"], *task.get("truncated", ())),
        )
        if task["success"].get("at") != "end":
            ends = (*ends, task["success"])
        numbers_of, ends_of = (compiled([term["expr"] for term in terms]) for terms in (numbers, ends))
        for agent in agents:
            reading = BatchTaskState(context, [subject.home], agent)
            memo: Memo = {}
            values = [value(reading, memo) for value in numbers_of]
            # one call for all terms first: numpy's overhead per call exceeds its work
            if not np.isfinite(np.concatenate(values, axis=1)).all():
                wrong += [
                    f"{agent}: {term['name']} is not finite"
                    for term, value in zip(numbers, values)
                    if not np.isfinite(value).all()
                ]
            values = [value(reading, memo) for value in ends_of]
            if np.concatenate(values, axis=1).any():
                wrong += [
                    f"{agent}: {term['name']} at the start"
                    for term, value in zip(ends, values)
                    if value.any()
                ]
        return self.at_most(len(wrong), 0, "; ".join(wrong[:3]))
