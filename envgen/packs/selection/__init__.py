"""Parts of a pack: filters over what was drawn, and splits into training and test variants."""
