"""A plugin-based agent arena and tournament server."""
