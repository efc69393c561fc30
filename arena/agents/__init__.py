"""Agents that come with the arena."""
