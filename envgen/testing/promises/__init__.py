"""The promises that packs keep: one per file."""
