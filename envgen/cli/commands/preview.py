"""Draw a contact sheet of a pack."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envgen.cli.parameters import PATH, FloatRange

if TYPE_CHECKING:
    from envgen.packs.pack import Pack
    from envgen.packs.variant import PackVariant
    from envgen.preview.film import FilmOptions
    from envgen.preview.sheet import Tile

MOST = 1000
FRAME = (800, 576)
"""Size of a rendered frame, in pixels."""
BESIDE = "\0"
"""Value of --video without a path."""

EPILOG = """\b
Examples:
  envgen preview packs/rough-terrain-for-ants-s0
  envgen preview packs/rough-terrain-for-ants-s0 --count 9 --out sheet.png
  envgen preview packs/rough-terrain-for-ants-s0 --render --count 4
  envgen preview packs/rough-terrain-for-ants-s0 --video
  envgen preview packs/rough-terrain-for-ants-s0 --video ants.mp4 --index 17 --size 960x540
  envgen preview packs/rough-terrain-for-ants-s0 --video --index 17 --policy gait
"""


def _size(ctx: click.Context, param: click.Parameter, value: str) -> tuple[int, int]:
    wide, _, high = value.lower().partition("x")
    if not (wide.isdecimal() and high.isdecimal() and len(wide + high) < 12):
        raise click.BadParameter(f"the size must be in pixels, such as 640x480, got {value!r}", ctx, param)
    return int(wide), int(high)


@click.command("preview", epilog=EPILOG)
@click.argument("path", metavar="PACK", type=PATH)
@click.option(
    "--out", "-o", type=PATH, help="PNG.  [default: <pack>/preview.png, or frames.png with --render]"
)
@click.option(
    "--count", "-n", type=click.IntRange(1, MOST), default=100, show_default=True, help="Variants to show."
)
@click.option(
    "--width", type=click.IntRange(200, 8000), default=1600, show_default=True, help="Pixels across."
)
@click.option("--render", is_flag=True, help="Frames rendered by MuJoCo; needs OpenGL.")
@click.option(
    "--video",
    is_flag=False,
    flag_value=BESIDE,
    metavar="[PATH]",
    help="Video of one variant; needs OpenGL: .webm, .mp4, .gif or .webp.  [default: <pack>/<index>.webm]",
)
@click.option("--index", "-i", type=click.IntRange(0), default=0, show_default=True, help="Variant to film.")
@click.option("--seconds", type=FloatRange(0.1, 3600), default=5.0, show_default=True, help="Video length.")
@click.option("--fps", type=FloatRange(1, 120), default=25.0, show_default=True, help="Video frame rate.")
@click.option(
    "--size",
    metavar="WxH",
    callback=_size,
    default="640x480",
    show_default=True,
    help="Video size in pixels.",
)
@click.option(
    "--policy",
    "-p",
    multiple=True,
    metavar="POLICY",
    help="What moves the robots: a policy's name or .onnx file, AGENT=POLICY, smooth (random actions that"
    " change slowly), or home (the controls of the start).  [default: smooth]",
)
@click.option(
    "--camera",
    type=click.Choice(["follow", "orbit"]),
    default="follow",
    show_default=True,
    help="Follow the robots, or go around the arena.",
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of random actions.")
@click.option("--episode", type=click.IntRange(0), default=0, show_default=True, help="The first one shown.")
@click.option("--quiet", "-q", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    path: Path,
    out: Path | None,
    count: int,
    width: int,
    render: bool,
    video: str | None,
    quiet: bool,
    index: int,
    policy: tuple[str, ...],
    seed: int,
    episode: int,
    camera: Any,
    **look: Any,
) -> None:
    """Draw a contact sheet of a PACK: relief, obstacles, starts, goals and paths. Needs no GPU or display.

    With --video, film one of its variants instead.
    """
    from envgen.packs.pack import Pack

    _refuse_unused_options(ctx, video is not None)
    pack = Pack.open(path)
    hidden = quiet or not sys.stderr.isatty()
    if video is None:
        target = _png_path(out) if out else default_target(path, render)
        _sheet(pack, target, count, width, render, hidden)
    else:
        from envgen.cli.policy_options import by_agent
        from envgen.preview.film import FilmOptions

        variant = pack.by_index(index)
        shot = FilmOptions(view=camera, **look)
        target = _video_target(path, index) if video == BESIDE else Path(video)
        _film(variant, target, shot, by_agent(policy or ("smooth",)), seed, episode, hidden)
    if not quiet:
        click.echo(str(target))


def _refuse_unused_options(ctx: click.Context, filming: bool) -> None:
    """Refuse options that have no effect on the picture asked for.

    Raises:
        click.UsageError: Such an option was given.
    """
    sheet = ("out", "count", "width", "render")
    film = ("index", "seconds", "fps", "size", "policy", "camera", "seed", "episode")
    for name in sheet if filming else film:
        if ctx.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE:
            remedy = "Give the path as --video PATH." if name == "out" else f"Leave out --{name}."
            what = "a video" if filming else "a contact sheet"
            raise click.UsageError(f"{what} has no --{name}\n{remedy if filming else 'Add --video.'}", ctx)


def _sheet(pack: Pack, target: Path, count: int, width: int, render: bool, hidden: bool) -> None:
    from envgen.preview.sheet import Heading, contact_sheet, write_png

    with click.progressbar(pack[:count], label="drawing", file=sys.stderr, hidden=hidden) as variants:
        tiles = [_tile(variant, render) for variant in variants]
    heading = Heading(pack.name, str(pack.manifest["prompt"] or ""), len(pack), pack.seed)
    write_png(target, contact_sheet(tiles, width=width, heading=heading))


def _film(
    variant: PackVariant,
    target: Path,
    shot: FilmOptions,
    policies: dict[str, str],
    seed: int,
    episode: int,
    hidden: bool,
) -> None:
    from envgen.preview.film import film
    from envgen.preview.gl import backend
    from envgen.preview.textured_world import build_textured_world
    from envgen.preview.video import Video
    from envgen.rollout.film_motion import PolicyMotion

    shot.check()
    backend()  # fails before a file is created
    variant.model()  # refuses unsafe files
    motion = PolicyMotion(variant, policies, seed, episode)
    world = build_textured_world(*variant.sources(), variant.cell)
    video = Video(target, shot.fps, shot.size)
    try:
        with (
            video,
            click.progressbar(length=shot.frames, label="filming", file=sys.stderr, hidden=hidden) as bar,
        ):
            for image in film(world, shot, motion):
                video.add(image)
                bar.update(1)
    except KeyboardInterrupt:
        if not video.frames:
            raise
        seconds = video.frames / shot.fps
        raise KeyboardInterrupt(
            f"interrupted: the first {seconds:.1f} s are in {target}", "Run it again for all."
        ) from None


def _png_path(path: Path) -> Path:
    """Return the path of a contact sheet.

    Raises:
        InputError: Its suffix is not .png.
    """
    from envgen.core.errors import InputError

    if path.suffix.lower() != ".png":
        raise InputError(f"a contact sheet is a .png, got {path}", f"Use --out {path.with_suffix('.png')}.")
    return path


def default_target(path: Path, render: bool) -> Path:
    """Return the default path of a picture: inside a folder or beside a .zip; frames are named apart."""
    if path.is_dir():
        return path / ("frames.png" if render else "preview.png")
    return path.with_name(f"{path.stem}-frames.png") if render else path.with_suffix(".png")


def _video_target(path: Path, index: int) -> Path:
    name = f"{index:05d}.webm"
    return path / name if path.is_dir() else path.with_name(f"{path.stem}-{name}")


def _tile(variant: PackVariant, render: bool) -> Tile:
    from envgen.preview.sheet import Tile

    kinds = Counter(agent.rpartition("_")[0] for agent in variant.agents)
    robots = ", ".join(f"{n} {kind}" if n > 1 else kind for kind, n in kinds.items())
    ground = variant.drawn.get("terrain.kind") or variant.drawn.get("terrain.layout", "")
    subtitle = f"{ground} · {robots}"
    world = variant.world()
    if render:
        from envgen.preview.render import render_world
        from envgen.preview.textured_world import build_textured_world

        world = build_textured_world(*variant.sources(), variant.cell)
        return Tile(str(variant.index), subtitle, None, variant.difficulty, render_world(world, *FRAME))
    return Tile(str(variant.index), subtitle, world, variant.difficulty)
