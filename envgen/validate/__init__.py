"""Validation: one check per file; each reports its measured value and its bound."""
