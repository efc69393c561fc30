"""Who is the Spy for the arena: one engine, whose secrets are words or pictures."""
