"""The page in a headless browser: what `envgen run` and the benchmarks of the browser drive."""
