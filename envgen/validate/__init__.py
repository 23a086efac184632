"""Validation: one check per file, each with what was measured and the bound, in a Report."""
