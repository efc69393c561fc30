"""Ready opponents that play by simple rules."""
