"""Executable documentation: `scripts/docs`."""
