"""Prompt backends, one file each: a module with `read(prompt) -> Interpretation`."""
