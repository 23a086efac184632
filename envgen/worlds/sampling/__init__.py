"""Draws every value of a variant from its EnvCfg."""
