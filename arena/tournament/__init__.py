"""Who meets whom, and in which sets."""
