"""Drone volleyball for the arena."""
