"""Documentation that is run: `scripts/docs`."""
