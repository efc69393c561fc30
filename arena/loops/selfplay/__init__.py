"""`selfplay-pg`: policy gradients from self-play with role-conditioned advantages."""
