"""Discovery of robots: templates of our own today, any MJCF later."""
