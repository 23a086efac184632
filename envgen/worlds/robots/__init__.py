"""Robots: templates and other people's MJCF become a RobotModel, and its text in a world."""
