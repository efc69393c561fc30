"""Between core values and `arena.v1` messages. Every size and shape check lives here; below, everything is trusted."""
