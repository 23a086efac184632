"""Pictures of worlds, drawn from compiled models alone: contact sheets, rendered frames, notebooks."""
