"""Stepping the worlds of a pack: episodes, tasks judged, physics randomised at each reset."""
