"""What is read of a compiled world: names, boxes, states, task contexts."""
