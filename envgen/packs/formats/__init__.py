"""Export formats of a pack: one file per format."""
