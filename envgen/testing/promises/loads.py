"""Stock MuJoCo loads each env.xml by its path."""

from __future__ import annotations

from typing import ClassVar

import mujoco
import numpy as np

from envgen.packs.variant import PackVariant
from envgen.testing.base import Case, VariantPromise, register

HOME = "home"


@register
class Loads(VariantPromise):
    """`mujoco.MjModel.from_xml_path` loads it; keyframe 0 is called `home`, and its start is finite."""

    kind: ClassVar[str] = "loads"
    order: ClassVar[int] = 40

    def check_variant(self, case: Case, variant: PackVariant) -> None:
        try:
            model = mujoco.MjModel.from_xml_path(str(case.env(variant)))
        except ValueError as error:
            raise AssertionError(f"MuJoCo does not load its env.xml: {error}") from None
        assert model.nkey >= 1, "it has no keyframe"
        name = model.key(0).name
        assert name == HOME, f"keyframe 0 must be called {HOME!r}, got {name!r}"
        data = mujoco.MjData(model)
        mujoco.mj_resetDataKeyframe(model, data, 0)
        mujoco.mj_forward(model, data)
        for what in ("qpos", "qvel", "ctrl", "qacc"):
            assert np.isfinite(getattr(data, what)).all(), f"{what} of its start is not finite"
