"""What is observed, rewarded and ended, as data: one kind a file."""
