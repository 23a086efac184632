"""Packs: validated variants on disk, written, read, verified and exported."""
