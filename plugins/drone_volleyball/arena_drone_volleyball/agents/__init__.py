"""Agents that come with the plugin."""
