"""OpenSpiel games for the arena."""
