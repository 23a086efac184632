"""Spawn layouts that tasks share, one a file: where agents start, and where goals and the object lie."""
