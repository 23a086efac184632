"""Policies by name: what drives an agent. Python and the browser run the same ones from the same data."""
