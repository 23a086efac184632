"""Packs: validated variants on disk; writing, reading, verifying and exporting them."""
