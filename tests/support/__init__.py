"""Helpers of the tests: worlds, packs, servers, browsers and command lines in a few words."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The folder of the repository."""
