"""The short ways to environments: `envgen.make_env`, `envgen.make_vec`, `envgen.parallel_env`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from envgen.core.errors import InputError
from envgen.envs.registration import ID, register
from envgen.packs.pack import Pack

if TYPE_CHECKING:
    from envgen.envs.parallel import PackParallelEnv
    from envgen.envs.vector import PackVectorEnv

MISSING = "Install it: pip install 'envgen[gym]'."


def make_env(pack: Pack | str | Path, index: int | None = 0, **options: Any) -> Any:
    """Return a Gymnasium environment of one variant, or of all with `index=None`.

    Args:
        pack: A pack, its path, or a prompt of which a pack is made once and cached.
        index: Index of the variant.
        options: See `envgen.envs.single.PackEnv`.
    """
    try:
        import gymnasium
    except ImportError:
        raise InputError("gymnasium is not installed", MISSING) from None
    register()
    return gymnasium.make(ID, pack=pack, index=index, **options)


def make_vec(pack: Pack | str | Path, num_envs: int | None = None, **options: Any) -> PackVectorEnv:
    """Return the batched Gymnasium environment of a pack.

    Args:
        pack: A pack, its path, or a prompt of which a pack is made once and cached.
        num_envs: Number of slots; by default one per variant.
        options: See `envgen.envs.vector.PackVectorEnv`.
    """
    try:
        from envgen.envs.vector import PackVectorEnv
    except ImportError:
        raise InputError("gymnasium is not installed", MISSING) from None
    return PackVectorEnv(num_envs, pack=pack, **options)


def parallel_env(pack: Pack | str | Path, index: int = 0, **options: Any) -> PackParallelEnv:
    """Return a PettingZoo environment of one variant.

    Args:
        pack: A pack, its path, or a prompt of which a pack is made once and cached.
        index: Index of the variant.
        options: See `envgen.envs.parallel.PackParallelEnv`.
    """
    try:
        from envgen.envs.parallel import PackParallelEnv
    except ImportError:
        raise InputError("pettingzoo is not installed", MISSING) from None
    return PackParallelEnv(pack, index, **options)
