"""Generators of ground: one kind a file."""
