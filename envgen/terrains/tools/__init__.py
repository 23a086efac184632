"""Parts that several kinds of ground share: noise, frames of boxes, steps, pictures, difficulty measures."""
