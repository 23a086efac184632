"""Prompts become EnvCfgs: `interpret(prompt)`."""
