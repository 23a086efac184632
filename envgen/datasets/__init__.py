"""Recordings as data sets for offline learning: Minari, LeRobot and others, one file per format."""
