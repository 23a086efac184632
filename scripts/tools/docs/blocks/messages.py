"""The table of messages, for docs/serving.md."""

from __future__ import annotations

import inspect
from typing import Any, get_args

from tools.docs.markdown import first_line, table


def block_messages() -> str:
    """Return the messages of the socket with their fields."""
    from envgen.server import messages

    rows = []
    for sender, union in (("page", messages.ToServer), ("server", messages.ToPage)):
        for model in get_args(get_args(union)[0]):
            kind = model.model_fields["kind"].default
            fields = [name for name in model.model_fields if name != "kind"]
            rows.append((sender, f"`{kind}`", first_line(model), _fields(model, fields)))
    return table(("from", "kind", "what it says", "fields"), rows)


def _fields(model: Any, names: list[str]) -> str:
    """Return each field with its description in the docstring."""
    text = inspect.cleandoc(model.__doc__ or "")
    told: dict[str, str] = {}
    for line in text.partition("Attributes:\n")[2].splitlines():
        if line.startswith("    ") and not line.startswith("     ") and ":" in line:
            name, _, rest = line.strip().partition(":")
            told[name] = rest.strip()
        elif line.strip() and told:
            told[next(reversed(told))] += f" {line.strip()}"
    return "<br>".join(f"`{name}` {told.get(name, '')}".strip() for name in names)
