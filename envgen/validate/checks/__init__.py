"""The checks: one per file, found by scanning this package."""
