"""Reading compiled worlds: names, obstacle boxes, robot sizes, states and task contexts."""
