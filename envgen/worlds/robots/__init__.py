"""Robots in worlds: import from MJCF, measurement on their own, and attachment to a world."""
