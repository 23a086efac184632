"""Heightfields follow MuJoCo's rules."""

from __future__ import annotations

import math
from typing import ClassVar

from envgen.validate.base import Check, Subject, register
from envgen.validate.report import Finding
from envgen.validate.stages import Stage


@register
class HeightfieldRules(Check):
    """Number of broken rules: finite heights, z-size and base above 0, at least 2 x 2 samples."""

    kind: ClassVar[str] = "heightfield"
    title: ClassVar[str] = "heightfields are finite, thick enough and span their z-size"
    why: ClassVar[str] = "Feet fall through heights that are not finite, or a field without a base."
    stage: ClassVar[Stage] = Stage.MODEL
    remedy: ClassVar[str] = "Give the hfield a z-size >= 1e-3, a base > 0 and finite data of at least 2 x 2."

    def applies(self, subject: Subject) -> bool:
        return subject.model is not None and subject.model.nhfield > 0

    def run(self, subject: Subject) -> Finding:
        model = subject.model
        broken = []
        for i, name in enumerate(subject.world.names("hfield")):
            size = model.hfield_size[i]
            nrow, ncol = int(model.hfield_nrow[i]), int(model.hfield_ncol[i])
            first = int(model.hfield_adr[i])
            data = model.hfield_data[first : first + nrow * ncol]
            low, high = float(data.min()), float(data.max())
            if not (math.isfinite(low) and math.isfinite(high)):  # both are NaN if any value is
                broken.append(f"{name}: heights are not finite")
            if min(size[:2]) <= 0 or size[2] < 1e-3 or size[3] <= 0:
                broken.append(f"{name}: size {size.tolist()} has a part that is too small")
            if min(nrow, ncol) < 2:
                broken.append(f"{name}: {nrow} x {ncol} samples")
            # MuJoCo maps the data to 0..1 on loading: another range means that it was changed since
            if low < -1e-6 or high > 1 + 1e-6:
                broken.append(f"{name}: data leave 0 to 1")
        return self.at_most(len(broken), 0, "; ".join(broken))
