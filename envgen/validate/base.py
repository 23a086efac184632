"""The base of all checks, and their registry."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, Literal

from envgen.core.deprecation import warn_renamed
from envgen.core.registry import Registry
from envgen.validate.report import Finding, Severity, round_measured
from envgen.validate.source import Location
from envgen.validate.stages import Stage, sort_key, stage_of_order
from envgen.validate.subject import Subject

__all__ = ["CHECKS", "Check", "Redraw", "Scope", "Subject", "checks_in_order", "register"]

CHECKS: Registry[type[Check]] = Registry("check", "envgen.validate.checks")
register = CHECKS.register
Redraw = Literal["obstacles", "terrain"]
Scope = Literal["all", "foreign"]


class Check(ABC):
    """One check.

    Attributes:
        kind: Public name.
        title: The condition that must hold, in a line.
        unit: SI unit of the measured value.
        redraw: What is drawn again first when a variant fails.
        stage: When it runs; see `envgen.validate.stages` for the order within a stage.
        remedy: What to loosen or change when it fails.
        why: The consequence of a failure, in a line or two.
        scope: `all`, or `foreign` for checks of external files only, which never run on drawn variants.
        severity: Severity of a failure in an external file; in a variant it is always an error.
        bound: The bound for people, such as `1 mm`; empty where `title` says it all.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    unit: ClassVar[str] = ""
    redraw: ClassVar[Redraw] = "terrain"
    stage: ClassVar[Stage] = Stage.SIMULATION
    remedy: ClassVar[str] = ""
    why: ClassVar[str] = ""
    scope: ClassVar[Scope] = "all"
    severity: ClassVar[Severity] = "error"
    bound: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        old = vars(cls)
        if "order" in old:
            message = f"{cls.__name__}.order is deprecated; state a stage, such as `stage = Stage.START`"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            if "stage" not in old:
                cls.stage = stage_of_order(old["order"])
        if "blame" in old:
            message = f"{cls.__name__}.blame is deprecated; call it redraw"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            if "redraw" not in old:
                cls.redraw = old["blame"]

    def applies(self, subject: Subject) -> bool:
        """Return whether there is anything to check; by default a model that compiled."""
        return subject.model is not None

    @abstractmethod
    def run(self, subject: Subject) -> Finding:
        """Measure, and compare with the bound."""

    def examine(self, subject: Subject) -> tuple[Finding, ...]:
        """Return all findings: one for a variant, one per element for an external file."""
        finding = self.run(subject)
        if subject.foreign and not finding.ok and finding.severity == "error":
            finding = replace(finding, severity=self.severity)
        return (finding,)

    def with_location(self, location: Location, finding: Finding) -> Finding:
        """Return the finding with the element that it is about."""
        return replace(finding, element=location.element, file=location.file, line=location.line)

    def at(self, location: Location, finding: Finding) -> Finding:
        """Deprecated name of `with_location`."""
        warn_renamed("Check.at", "Check.with_location")
        return self.with_location(location, finding)

    def finding(
        self, measured: float, bound: float, *, ok: bool, detail: str = "", remedy: str = ""
    ) -> Finding:
        """Return a finding of this check; a remedy given here replaces that of the check."""
        return Finding(
            self.kind,
            ok,
            round_measured(float(measured)),
            round_measured(float(bound)),
            self.unit,
            "" if ok else detail,
            "" if ok else remedy or self.remedy,
        )

    def at_most(self, measured: float, bound: float, detail: str = "") -> Finding:
        """Return a finding that passes if measured <= bound."""
        return self.finding(measured, bound, ok=bool(measured <= bound), detail=detail)

    def at_least(self, measured: float, bound: float, detail: str = "") -> Finding:
        """Return a finding that passes if measured >= bound."""
        return self.finding(measured, bound, ok=bool(measured >= bound), detail=detail)


def checks_in_order(scope: Scope | None = None) -> list[type[Check]]:
    """Return the registered checks in the order in which they run.

    Args:
        scope: Only checks of this scope; by default all.
    """
    kinds = [kind for _, kind in CHECKS if scope in (None, kind.scope)]
    return sorted(kinds, key=lambda kind: sort_key(kind.kind, kind.stage))
