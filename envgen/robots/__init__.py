"""Kinds of robot: built-in templates, and MJCF files by path or by the package that contains them."""
