"""Checking a variant of a pack again, from its files."""

from __future__ import annotations

from envgen.core.errors import WorkError
from envgen.packs.pack import Pack
from envgen.packs.recipe import all_built_in
from envgen.packs.variant import PackVariant
from envgen.validate.base import Subject
from envgen.validate.examine import examine
from envgen.validate.report import Report
from envgen.worlds.compiler import capture_warnings


def recheck(pack: Pack, variant: PackVariant) -> Report:
    """Run every check on a variant.

    Raises:
        InputError: Its files were changed since the pack was made.
    """
    model, problem = None, ""
    text = variant.xml.encode()
    with capture_warnings() as caught:
        try:
            model = variant.model()
        except WorkError as error:
            problem = error.cause
    disagreements = variant.entry["report"].get("agreement", {}).get("detail", "")
    subject = Subject(
        text,
        model=model,
        problem=problem,
        warnings=tuple(caught.messages),
        cell=variant.cell,
        task=pack.task,
        params=variant.params,
        teams=variant.teams,
        disagreements=tuple(disagreements.split("; ")) if disagreements else (),
        rng=variant.streams("settle"),
        built_in=all_built_in(pack.cfg),
    )
    return examine(subject)
