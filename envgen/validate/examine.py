"""Running the checks."""

from __future__ import annotations

from functools import cache

from envgen.validate.base import CHECKS, Check, Redraw, checks_in_order
from envgen.validate.report import Finding, Report
from envgen.validate.subject import Subject, UnrunnableError
from envgen.worlds.compiler import FatalError

DEFECT = "the check itself failed"


def examine(subject: Subject, *, stop_at_failure: bool = False) -> Report:
    """Run every check that applies.

    Args:
        subject: What to examine.
        stop_at_failure: Skip the checks after the first failure, as the draw is refused anyway.
    """
    findings: list[Finding] = []
    state_lost = False
    for check in _checks(subject.foreign):
        if not check.applies(subject):
            continue
        try:
            found = check.examine(subject)
        except FatalError as error:  # the state is lost: only checks that don't simulate can still run
            if not state_lost:
                findings.append(_overflow(error))
            if not subject.foreign:
                break
            state_lost = True
            continue
        except UnrunnableError:  # the check `timestep` reports it
            continue
        except Exception as error:
            if not subject.foreign:
                raise
            found = (_defect(check, error),)  # only this check: findings of the others are still useful
        findings += found
        if not found[0].ok and (stop_at_failure or check.kind == "well_formed"):
            break
    return Report(tuple(findings))


def redraw_after(report: Report) -> Redraw:
    """Return what a refused variant draws again: `obstacles` or `terrain`."""
    failed = report.failed
    return CHECKS.get(failed.check).redraw if failed else "terrain"


@cache
def _checks(foreign: bool) -> tuple[Check, ...]:
    return tuple(kind() for kind in checks_in_order(None if foreign else "all"))


def _overflow(error: Exception) -> Finding:
    memory = CHECKS.get("memory")
    why = " ".join(str(error).split())
    return Finding("memory", False, detail=f"MuJoCo can't go on: {why}", remedy=memory.remedy)


def _defect(check: Check, error: Exception) -> Finding:
    why = f"{DEFECT}: {type(error).__name__}: {' '.join(str(error).split())}"
    remedy = f"Report it with the file; --ignore {check.kind} leaves the check out."
    return Finding(check.kind, False, 1, 0, detail=why, remedy=remedy, severity="warning")
