"""The same bytes come out again."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from envgen.core.errors import EnvgenError
from envgen.core.overrides import Sweep
from envgen.packs.recipe import ENV, Recipe, all_built_in, versions
from envgen.packs.rejection import Rejected, draw_until_valid
from envgen.packs.variant import PackVariant
from envgen.testing.base import Case, NotApplicable, VariantPromise, register


@register
class Remake(VariantPromise):
    """Made again from EnvCfg, seed and index, a variant has the same files, values and difficulty."""

    kind: ClassVar[str] = "remake"
    order: ClassVar[int] = 90
    simulates: ClassVar[bool] = True

    def check_variant(self, case: Case, variant: PackVariant) -> None:
        found = draw_until_valid(_recipe(case), variant.index)
        assert not isinstance(found, Rejected), f"made again it is refused: {found.problem[1]}"
        assert found.variant.draw.difficulty == variant.difficulty, (
            f"made again its difficulty is {found.variant.draw.difficulty}, was {variant.difficulty}"
        )
        for path in sorted({*found.drawn, *variant.drawn}):
            again, before = found.drawn.get(path), variant.drawn.get(path)
            assert again == before, f"made again {path} is {again!r}, was {before!r}"
        rendered = found.variant.rendered
        files = {ENV: rendered.text.encode(), **rendered.files}
        again = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        before = variant.entry["files"]
        differ = sorted(name for name in {*again, *before} if again.get(name) != before.get(name))
        assert not differ, f"made again the file {differ[0]} is another"


def _recipe(case: Case) -> Recipe:
    """The recipe of the pack.

    Raises:
        NotApplicable: Another result would be no fault of the pack.
    """
    manifest = case.pack.manifest
    here = versions()
    other = [f"{name} {v}" for name, v in manifest["versions"].items() if here.get(name, v) != v]
    if other:
        raise NotApplicable(f"made with {', '.join(other)}")
    if not all_built_in(case.pack.cfg):
        raise NotApplicable("a robot is somebody's file")
    sweep = tuple(Sweep(axis["path"], tuple(axis["values"])) for axis in manifest.get("sweep", []))
    recipe = Recipe(case.pack.cfg, case.pack.seed, sweep)
    try:
        inputs = recipe.inputs
    except EnvgenError as error:
        raise NotApplicable(error.cause) from None
    if inputs != manifest.get("inputs", {}):
        raise NotApplicable("files that the EnvCfg names were changed")
    return recipe
