"""Groups of commands that know a misspelled name."""

from __future__ import annotations

from typing import Any

import click


class Group(click.Group):
    """A group whose error for an unknown command names the nearest one and all."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            from envgen.core.errors import nearest

            names = self.list_commands(ctx)
            near = nearest(args[0], names)
            hint = f"Did you mean {near!r}? " if near else ""
            raise click.UsageError(
                f"there is no {self.noun} {args[0]!r}\n{hint}Known: {', '.join(names)}.", ctx
            ) from None

    @property
    def noun(self) -> str:
        """What its commands are called."""
        return "command" if self.name in (None, "root") else f"{self.name} command"
