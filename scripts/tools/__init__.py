"""Parts of the scripts."""
