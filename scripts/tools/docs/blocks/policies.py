"""Tables of policies and recordings, for docs/policies.md and docs/recording.md."""

from __future__ import annotations

from tools.docs.markdown import first_line, table


def block_policies() -> str:
    """Return a table of the kinds of policy."""
    from envgen.core.families import POLICIES

    return table(("policy", "what it does"), [(f"`{name}`", first_line(kind)) for name, kind in POLICIES])


def block_gaits() -> str:
    """Return a table of the gaits that come with envgen."""
    from envgen.policies.listing import list_gaits

    rows = [(f"`{gait['robot']}`", gait["summary"], gait["source"]) for gait in list_gaits()]
    return table(("robot", "what it looks like", "numbers"), rows)


def block_columns() -> str:
    """Return a table of the columns of a recording."""
    from envgen.rollout.columns import COLUMNS, FINAL

    rows = [(f"`{c.name}`", f"{c.kind}{' or null' if c.null else ''}", c.doc) for c in (*COLUMNS, FINAL)]
    return table(("column", "type", "what it holds"), rows)
