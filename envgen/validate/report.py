"""Findings, and the Report of all findings on one MJCF."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""From worst to least."""

_OPTIONAL = ("unit", "detail", "remedy", "element", "file", "line")


@dataclass(frozen=True)
class Finding:
    """A result of one check.

    Attributes:
        check: Name of the check.
        ok: Whether it passed.
        measured: The measured value; None where the check doesn't measure a number.
        bound: The limit of the measured value.
        unit: SI unit of both.
        detail: The fault, for people; empty if it passed.
        remedy: What to do about it.
        severity: Severity if it did not pass; only an error makes a file fail.
        element: The element that it is about, such as `geom "foot"`; empty for the whole file.
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
        """True if it makes the file fail."""
        return not self.ok and self.severity == "error"

    def to_json(self) -> dict[str, Any]:
        """Return plain data for pack.json, without empty fields."""
        data: dict[str, Any] = {"ok": self.ok, "measured": _plain(self.measured), "bound": _plain(self.bound)}
        fields = vars(self)
        data |= {key: fields[key] for key in _OPTIONAL if fields[key]}
        if not self.ok and self.severity != "error":
            data["severity"] = self.severity
        return data

    def to_dict(self) -> dict[str, Any]:
        """Return all fields as plain data; `code` is the name of the check."""
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
    def from_dict(cls, data: dict[str, Any]) -> Finding:
        """Return the finding that `to_dict` wrote."""
        return cls(check=data["code"], **{key: value for key, value in data.items() if key != "code"})


def _plain(value: float | None) -> float | None:
    """Return the number, or None if it is not finite, which JSON can't hold."""
    return value if value is not None and math.isfinite(value) else None


@dataclass(frozen=True)
class Report:
    """The findings on one MJCF, in the order of the checks."""

    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        """True if no finding is a failed error; warnings and infos don't count."""
        return not any(finding.failed for finding in self.findings)

    @property
    def failed(self) -> Finding | None:
        """The first finding that makes it fail."""
        return next((finding for finding in self.findings if finding.failed), None)

    def count(self, severity: Severity) -> int:
        """Return the number of findings of a severity that did not pass."""
        return sum(not finding.ok and finding.severity == severity for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Return findings by name of the check; of several by one check, the first of the worst severity."""
        worst: dict[str, Finding] = {}
        for finding in self.findings:
            known = worst.setdefault(finding.check, finding)
            if SEVERITIES.index(finding.severity) < SEVERITIES.index(known.severity):
                worst[finding.check] = finding
        return {check: finding.to_json() for check, finding in worst.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Report:
        """Return the Report that `to_json` wrote."""
        return cls(tuple(Finding(check, **entry) for check, entry in data.items()))


def round_measured(value: float) -> float:
    """Round to four significant digits, so that every process reports the same."""
    return float(f"{value:.4g}")
