"""Things that stand or lie on the ground: one kind a file."""
