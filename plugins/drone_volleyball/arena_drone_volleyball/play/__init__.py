"""The contract with the arena: actions in, observations and outcomes out."""
