"""Multi-issue negotiation for the arena."""
