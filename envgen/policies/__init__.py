"""Policies by name. Python and the browser run the same ones from the same data."""
