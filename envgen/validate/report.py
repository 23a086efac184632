"""Findings and the Report that they make up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        check: Name of the check.
        ok: Whether it passed.
        measured: What was measured; None where the check doesn't measure a number.
        bound: What it had to keep to.
        unit: SI unit of both.
        detail: What exactly is wrong, for a person; empty if nothing is.
        remedy: What to do about it.
    """

    check: str
    ok: bool
    measured: float | None = None
    bound: float | None = None
    unit: str = ""
    detail: str = ""
    remedy: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data, without what is empty."""
        data: dict[str, Any] = {"ok": self.ok, "measured": self.measured, "bound": self.bound}
        for key in ("unit", "detail", "remedy"):
            if getattr(self, key):
                data[key] = getattr(self, key)
        return data


@dataclass(frozen=True)
class Report:
    """The findings on one MJCF, in the order of the checks."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed."""
        return all(finding.ok for finding in self.findings)

    @property
    def failed(self) -> Finding | None:
        """The first finding that did not pass."""
        return next((finding for finding in self.findings if not finding.ok), None)

    def to_json(self) -> dict[str, Any]:
        """Findings by name of the check."""
        return {finding.check: finding.to_json() for finding in self.findings}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Report:
        """The Report that `to_json` gave."""
        return cls(tuple(Finding(check, **entry) for check, entry in data.items()))


def rounded(value: float) -> float:
    """A measured value to four significant digits: the same in every process."""
    return float(f"{value:.4g}")


def merge(findings: Iterable[Finding]) -> Report:
    """A Report of findings."""
    return Report(tuple(findings))
