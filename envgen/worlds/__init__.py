"""From an EnvCfg to a compiled world: sampling, robots, placement, MJCF, and reading MuJoCo's arrays."""
