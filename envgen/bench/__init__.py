"""The benchmarks of the project, each with its reference measured in the same run."""
