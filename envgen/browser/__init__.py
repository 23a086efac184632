"""The page in a headless browser, driven by `envgen run` and the browser benchmarks."""
