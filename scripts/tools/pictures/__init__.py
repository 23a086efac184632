"""Pictures of the project: `scripts/pictures`."""
