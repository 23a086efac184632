"""Kinds of obstacle, one a file."""
