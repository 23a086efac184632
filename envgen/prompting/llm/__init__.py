"""A language model behind an OpenAI-compatible endpoint: what it is told, asked for, and answers."""
