"""Adapters of `PackVectorEnv` to training libraries, one file each."""
