"""Open a variant in MuJoCo's viewer."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from envgen.cli.parameters import PATH

EPILOG = """\b
Examples:
  envgen view packs/rough-terrain-for-ants-s0
  envgen view packs/rough-terrain-for-ants-s0/17
"""


@click.command("view", epilog=EPILOG)
@click.argument("target", metavar="PACK[/INDEX]", type=PATH)
def command(target: Path) -> None:
    """Open one variant in MuJoCo's own viewer."""
    from envgen.core.errors import InputError, WorkError
    from envgen.packs.pack import Pack

    index = 0
    if target.name.isdigit() and not target.exists():
        target, index = target.parent, int(target.name)
    variant = Pack.open(target).by_index(index)
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise WorkError(
            "no display was found for the viewer's window", f"Use `envgen preview {target}` for a picture."
        )
    import mujoco
    import mujoco.viewer

    model = variant.model()
    data = mujoco.MjData(model)
    mujoco.mj_resetDataKeyframe(model, data, 0)
    try:
        mujoco.viewer.launch(model, data)
    except InputError:
        raise
    except Exception as error:  # GLFW and OpenGL raise errors of their own
        raise WorkError(f"the viewer can't be opened: {error}", "Try `envgen preview`.") from None
