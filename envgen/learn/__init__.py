"""Training policies on packs, evaluating them, and taking data home."""
