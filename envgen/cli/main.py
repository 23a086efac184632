"""`envgen`: the entry point. A command is imported when it is run, so that help is instant."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
import warnings
from typing import Any

import click

from envgen.cli.groups import CommandFolder
from envgen.core.version import __version__

# one process per processor does the work: threads of the BLAS would only get in their way
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

EXAMPLES = """\b
Examples:
  envgen make "rough terrain for ants" --count 500
  envgen make examples/moon_walk.toml --set terrain.size=[20,20]
  envgen interpret "two humanoids racing up stairs"
  envgen serve "rough terrain for ants" --count 500
  envgen preview packs/rough-terrain-for-ants-s0
  envgen validate my_robot.xml
"""


@click.group(
    cls=CommandFolder,
    epilog=EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="envgen")
def root() -> None:
    """A sentence or a parameter file becomes hundreds of different, validated MuJoCo environments."""
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its status: 0 done, 1 failed, 2 wrong input, 130 interrupted."""
    for name in ("SIGTERM", "SIGHUP"):  # as Ctrl-C: what is finished is kept, unless nohup says otherwise
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) is signal.SIG_DFL:
            signal.signal(getattr(signal, name), signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):  # a tick that the terminal doesn't have must not end the work
        if isinstance(stream, io.TextIOWrapper):
            plain = (
                codecs.lookup(stream.encoding).name == "ascii"
            )  # that is what LC_ALL=C says of any terminal
            stream.reconfigure(encoding="utf-8" if plain else None, errors="replace")
    warnings.showwarning = _show_warning
    sys.exit(run(arguments))


def _show_warning(message: Warning | str, *place: Any, **more: Any) -> None:
    click.echo(f"envgen: warning: {' '.join(str(message).split())}", err=True)


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its status."""
    try:
        status = root.main(arguments, prog_name="envgen", standalone_mode=False)
        return status if isinstance(status, int) else 0
    except (KeyboardInterrupt, click.Abort) as error:
        origin = error.__cause__ or error  # click turns a KeyboardInterrupt into an Abort
        _say(*(origin.args if len(origin.args) == 2 else ("interrupted", "Run it again.")))
        return 130
    except click.UsageError as error:
        cause, _, remedy = error.format_message().partition("\n")
        name = error.ctx.command_path if error.ctx else "envgen"
        if isinstance(error, click.NoSuchOption) and name.endswith((" make", " interpret")):
            remedy = f"See `{name} --help`; a prompt that begins with a dash goes after --."
        _say(cause[:1].lower() + cause[1:].rstrip("."), remedy or f"See `{name} --help`.")
        return 2
    except (BrokenPipeError, SystemExit):
        # the reader (head, less) has seen enough, which click and rich answer by ending with 1; Python
        # would complain on closing standard output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        from envgen.core.errors import EnvgenError

        if isinstance(error, EnvgenError):
            _say(error.cause, error.on_command_line)
            return error.exit_code
        if isinstance(error, OSError) and not os.environ.get("ENVGEN_DEBUG"):
            _say(str(error), "Check the path, its permissions and the room on the disk.")
            return 1
        raise


def _say(cause: str, remedy: str) -> None:
    one = " ".join(cause.split())
    click.echo(f"envgen: {one}", err=True)
    if remedy:
        click.echo(f"        {' '.join(remedy.split())}", err=True)


if __name__ == "__main__":
    main()
