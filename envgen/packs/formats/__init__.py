"""Other forms of a pack: one file per format."""
