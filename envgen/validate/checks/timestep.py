"""The timestep is fine enough for the contacts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import mujoco
import numpy as np

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, colliding_geoms, locate
from envgen.validate.report import Finding
from envgen.validate.subject import MAX_TIMESTEP, MIN_TIMESTEP

MIN, MAX = MIN_TIMESTEP, 0.02
_REFSAFE = int(mujoco.mjtDisableBit.mjDSBL_REFSAFE)
"""With this flag MuJoCo doesn't lengthen time constants that are too short."""


@register
class Timestep(Lint):
    """The timestep, compared with 20 ms and with half of the shortest time constant of a contact."""

    kind: ClassVar[str] = "timestep"
    title: ClassVar[str] = "timestep of 20 µs to 20 ms, at most half of each contact's time constant"
    why: ClassVar[str] = (
        "MuJoCo lengthens time constants below two timesteps: contacts are softer than written; without "
        "that safeguard they diverge."
    )
    unit: ClassVar[str] = "s"
    bound: ClassVar[str] = "20 ms: warning; not in 20 µs to 1 s: error; solref/2: info"
    remedy: ClassVar[str] = "Take a smaller timestep, or a longer time constant in solref."

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        step, node = float(model.opt.timestep), None
        for option in subject.source.tagged("option"):
            node = option if "timestep" in option.attrib else node
        if not MIN <= step <= MAX:
            bad = not MIN_TIMESTEP <= step <= MAX_TIMESTEP
            yield self.issue(f"the timestep is {step:g} s", step, MAX, at=node,
                             severity="error" if bad else "warning")  # fmt: skip
            return
        times: dict[float, list[int]] = {}
        for g in np.flatnonzero(colliding_geoms(subject)):
            constant = float(model.geom_solref[g, 0])
            if 0 < constant < 2 * step * (1 - 1e-6):
                times.setdefault(constant, []).append(int(g))
        unsafe = bool(model.opt.disableflags & _REFSAFE)
        for constant, geoms in times.items():
            others = f", as of {len(geoms) - 1} others" if len(geoms) > 1 else ""
            says = f"its solref{others} is {constant:g} s, below twice the timestep {step:g} s"
            at = locate(subject, "geom", geoms[0])
            yield self.issue(says, step, constant / 2, at=at, severity="error" if unsafe else "info")
