"""Tasks: observations, rewards and endings as data, one kind a file."""
