"""Running the checks."""

from __future__ import annotations

from functools import cache

from envgen.validate.base import CHECKS, Check, Subject, UnrunnableError, checks_in_order
from envgen.validate.report import Finding, Report
from envgen.worlds.compiler import Fatal

DEFECT = "the check itself failed"


@cache
def _checks(foreign: bool) -> tuple[Check, ...]:
    return tuple(kind() for kind in checks_in_order(None if foreign else "all"))


def examine(subject: Subject, *, stop_at_failure: bool = False) -> Report:
    """Run every check that applies.

    Args:
        subject: What to examine.
        stop_at_failure: Leave out what comes after the first failure: the draw is refused anyway.
    """
    findings: list[Finding] = []
    lost = False
    for check in _checks(subject.foreign):
        if not check.applies(subject):
            continue
        try:
            found = check.examine(subject)
        except Fatal as error:  # the state is lost: only what needs no simulation can still be measured
            if not lost:
                findings.append(_overflow(error))
            if not subject.foreign:
                break
            lost = True
            continue
        except UnrunnableError:  # the timestep, which is told of
            continue
        except Exception as error:
            if not subject.foreign:
                raise
            found = (_defect(check, error),)  # of one check: what the others find is still worth telling
        findings += found
        if not found[0].ok and (stop_at_failure or check.kind == "well_formed"):
            break
    return Report(tuple(findings))


def _overflow(error: Exception) -> Finding:
    memory = CHECKS.get("memory")
    why = " ".join(str(error).split())
    return Finding("memory", False, detail=f"MuJoCo can't go on: {why}", remedy=memory.remedy)


def _defect(check: Check, error: Exception) -> Finding:
    why = f"{DEFECT}: {type(error).__name__}: {' '.join(str(error).split())}"
    remedy = f"Please report it with the file; --ignore {check.kind} leaves it out."
    return Finding(check.kind, False, 1, 0, detail=why, remedy=remedy, severity="warning")


def blame(report: Report) -> str:
    """What a refused variant draws again: `obstacles` or `terrain`."""
    failed = report.failed
    return CHECKS.get(failed.check).blame if failed else "terrain"
