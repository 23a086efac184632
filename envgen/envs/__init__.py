"""Packs as Gymnasium and PettingZoo environments, and adapters for training libraries."""

from envgen.envs.make import make_env, make_vec, parallel_env

__all__ = ["make_env", "make_vec", "parallel_env"]
