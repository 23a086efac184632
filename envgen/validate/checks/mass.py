"""Masses of moving bodies are realistic."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from envgen.validate.base import Subject, register
from envgen.validate.lint import Lint, display_name, locate
from envgen.validate.report import Finding

LIGHT, HEAVY, RATIO = 1e-6, 1e4, 1e5


@register
class Mass(Lint):
    """Moving bodies of extreme mass, and extreme mass ratios between links of a tree."""

    kind: ClassVar[str] = "mass"
    title: ClassVar[str] = "moving bodies weigh 1 mg to 10 t, and mass ratios within a tree are at most 10^5"
    why: ClassVar[str] = (
        "Tiny masses on light joints and extreme ratios make the solver slow and the simulation unstable; "
        "tons are a mistake of units."
    )
    bound: ClassVar[str] = "1e-6 to 1e4 kg, ratio 1e5"
    remedy: ClassVar[str] = (
        "Check the unit of the mass (kg) and of the density (kg/m3); give light joints armature."
    )

    def find_issues(self, subject: Subject) -> Iterator[Finding]:
        model = subject.model
        trees: dict[int, list[tuple[float, int]]] = {}
        for b in range(1, model.nbody):
            if model.body_dofnum[b] == 0:
                continue
            mass = float(model.body_mass[b])
            if mass > HEAVY:
                yield self.issue(
                    f"it weighs {mass:,.4g} kg", mass, HEAVY, at=locate(subject, "body", b), unit="kg"
                )
            dofs = slice(int(model.body_dofadr[b]), int(model.body_dofadr[b] + model.body_dofnum[b]))
            held = bool((model.dof_armature[dofs] > 0).all())
            whole = float(model.body_subtreemass[b])
            if whole < LIGHT and not held:
                yield self.issue(f"it and its children weigh {whole:.4g} kg", whole, LIGHT,
                                 at=locate(subject, "body", b), unit="kg")  # fmt: skip
            if not held:
                trees.setdefault(int(model.body_rootid[b]), []).append((max(whole, 1e-15), b))
        for links in trees.values():
            least, most = min(links), max(links)
            if most[0] / least[0] > RATIO and least[0] >= LIGHT:
                name = display_name(locate(subject, "body", most[1]))
                says = f"{name} weighs {most[0] / least[0]:.2g} times as much in the same tree"
                yield self.issue(says, most[0] / least[0], RATIO, at=locate(subject, "body", least[1]))
