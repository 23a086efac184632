"""Registers `envgen/Pack-v0`; Gymnasium calls it through the entry point group `gymnasium.envs`."""

from __future__ import annotations

ID = "envgen/Pack-v0"


def register() -> None:
    """Register the environment, in the namespace `envgen` that the entry point names."""
    import gymnasium  # in the function: the entry point is loaded by Gymnasium's own import

    gymnasium.register(
        id=ID.partition("/")[2],
        entry_point="envgen.envs.single:PackEnv",
        vector_entry_point="envgen.envs.vector:PackVectorEnv",
        nondeterministic=False,
    )
