"""The web server: page, registries, packs, and the stream of variants. The only room that imports FastAPI."""
