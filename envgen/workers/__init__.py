"""A pool of processes that do one work item each; knows nothing of packs."""
