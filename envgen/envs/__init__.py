"""Packs as Gymnasium and PettingZoo environments, and adapters for training libraries."""
