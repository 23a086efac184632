"""Spawn points, goals and obstacles on the ground of a variant."""
