"""What one viewer knows of a match, put together from the lines of its own channel alone."""
