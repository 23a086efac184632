"""Findings and the Report that they make up."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""From what fails a file to what is only good to know."""


_OPTIONAL = ("unit", "detail", "remedy", "element", "file", "line")


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
        severity: How bad it is if it did not pass; only an error makes a file fail.
        element: The element that it is about, such as `geom "foot"`; empty if it is about the whole.
        file: The file of the element, relative to the folder of the MJCF; empty for the MJCF itself.
        line: Its line in that file, from 1; None if it is not known.
    """

    check: str
    ok: bool
    measured: float | None = None
    bound: float | None = None
    unit: str = ""
    detail: str = ""
    remedy: str = ""
    severity: Severity = "error"
    element: str = ""
    file: str = ""
    line: int | None = None

    @property
    def failed(self) -> bool:
        """Whether it makes the file fail."""
        return not self.ok and self.severity == "error"

    def to_json(self) -> dict[str, Any]:
        """Plain data, without what is empty."""
        data: dict[str, Any] = {"ok": self.ok, "measured": _plain(self.measured), "bound": _plain(self.bound)}
        fields = vars(self)
        data |= {key: fields[key] for key in _OPTIONAL if fields[key]}
        if not self.ok and self.severity != "error":
            data["severity"] = self.severity
        return data

    def whole(self) -> dict[str, Any]:
        """Plain data, every field of it, for programs: `code` is the name of the check."""
        return {
            "code": self.check,
            "severity": self.severity,
            "ok": self.ok,
            "measured": _plain(self.measured),
            "bound": _plain(self.bound),
            "unit": self.unit,
            "element": self.element,
            "file": self.file,
            "line": self.line,
            "detail": self.detail,
            "remedy": self.remedy,
        }

    @classmethod
    def from_whole(cls, data: dict[str, Any]) -> Finding:
        """The finding that `whole` gave."""
        return cls(check=data["code"], **{key: value for key, value in data.items() if key != "code"})


def _plain(value: float | None) -> float | None:
    """A number that JSON has; None for what is not finite."""
    return value if value is not None and math.isfinite(value) else None


@dataclass(frozen=True)
class Report:
    """The findings on one MJCF, in the order of the checks."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """Whether every check passed, but for warnings and infos."""
        return not any(finding.failed for finding in self.findings)

    @property
    def failed(self) -> Finding | None:
        """The first finding that makes it fail."""
        return next((finding for finding in self.findings if finding.failed), None)

    def count(self, severity: Severity) -> int:
        """Number of findings of a severity that did not pass."""
        return sum(not finding.ok and finding.severity == severity for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Findings by name of the check; of several by one check the first of the worst."""
        worst: dict[str, Finding] = {}
        for finding in self.findings:
            known = worst.setdefault(finding.check, finding)
            if SEVERITIES.index(finding.severity) < SEVERITIES.index(known.severity):
                worst[finding.check] = finding
        return {check: finding.to_json() for check, finding in worst.items()}

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
