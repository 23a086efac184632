"""From EnvCfg to a compiled world: sample, place, render, attach, compile."""
