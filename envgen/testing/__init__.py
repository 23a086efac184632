"""Checks for packs that anybody may run on theirs: `envgen.testing.check_pack("packs/mine")`."""

from __future__ import annotations

from envgen.testing.check_pack import Summary, check_pack

__all__ = ["Summary", "check_pack"]
