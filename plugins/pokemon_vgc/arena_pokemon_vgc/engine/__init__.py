"""The simulator as a process: found, set up, spoken to, and brought back when it dies."""
