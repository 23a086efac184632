"""Export of the running variants as a .zip, made by `envgen make` in a process and folder of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from envgen.core import cfgio
from envgen.core.cfg import EnvCfg
from envgen.core.errors import InputError, WorkError
from envgen.packs.formats.zip import Zip
from envgen.packs.pack import Pack
from envgen.server.job_plan import cfg_of
from envgen.server.messages import MAX_STREAM, CfgSource, Index, PackSource, PromptSource, Seed
from envgen.server.pack_library import PackLibrary

MAKE_TIMEOUT = 1800.0
"""Seconds that making a pack may take."""
TERMINATE_TIMEOUT = 5.0
"""Seconds between terminating and killing a process that is no longer needed."""


class ExportRequest(BaseModel):
    """A recipe, and which of its variants.

    Attributes:
        source: Prompt, EnvCfg or pack.
        seed: Of the variants; a pack has its own.
        count: How many variants the recipe was run with.
        indices: Only these; by default all. A pack is exported whole.
    """

    model_config = ConfigDict(extra="forbid")
    source: Annotated[PromptSource | CfgSource | PackSource, Field(discriminator="kind")]
    seed: Seed = "0"
    count: Annotated[int, Field(ge=1, le=MAX_STREAM)] = 16
    indices: Annotated[list[Index], Field(max_length=MAX_STREAM)] | None = None


async def export(request: ExportRequest, library: PackLibrary, jobs: int) -> tuple[Path, str]:
    """Make the .zip.

    Returns:
        Its path, in a folder of its own that the caller removes, and its file name.

    Raises:
        InputError: The request is wrong.
        WorkError: It can't be made.
    """
    folder = Path(tempfile.mkdtemp(prefix="envgen-export-"))
    try:
        if isinstance(request.source, PackSource):
            path = library.pack(request.source.pack)
        else:
            cfg, _ = await asyncio.to_thread(cfg_of, request.source, library)
            path = await _make_pack(cfg, request, folder, jobs)
        pack = Pack.open(path)
        target = folder / "pack.zip"
        await asyncio.to_thread(Zip().write, pack, target, lambda _: None)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return target, f"{pack.name}-s{pack.seed}.zip"


async def _make_pack(cfg: EnvCfg, request: ExportRequest, folder: Path, jobs: int) -> Path:
    recipe, out = folder / "recipe.json", folder / "pack"
    data = cfgio.dump(cfg)
    for table, key in cfgio.references(data):  # a parameter file names files from its own folder
        table[key] = os.path.relpath(table[key], folder)
    recipe.write_text(json.dumps(data), encoding="utf-8")
    only = [] if request.indices is None else ["--only", spans(request.indices)]
    command = [sys.executable, "-m", "envgen", "make", str(recipe), "--out", str(out), "--quiet", *only]
    command += ["--seed", request.seed, "--count", str(request.count), "--jobs", str(jobs)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(MAKE_TIMEOUT):
            _, stderr = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()  # it ends its own processes, which would go on writing into the folder
            try:
                async with asyncio.timeout(TERMINATE_TIMEOUT):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
    if process.returncode:
        lines = [
            line.strip().removeprefix("envgen: ") for line in stderr.decode(errors="replace").splitlines()
        ]
        cause, remedy = (*lines[-2:], "", "")[:2]
        raise (InputError if process.returncode == 2 else WorkError)(cause, remedy)
    return out


def spans(indices: Sequence[int]) -> str:
    """Return indices as ranges, such as `0-3,7`."""
    parts: list[list[int]] = []
    for index in sorted(set(indices)):
        if parts and index == parts[-1][1] + 1:
            parts[-1][1] = index
        else:
            parts.append([index, index])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in parts)
