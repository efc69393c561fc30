"""Pokemon VGC for arena: doubles battles on the Pokemon Showdown simulator."""
