"""The wire format of a variant: compiled model, data for task terms, and geometry to draw."""
