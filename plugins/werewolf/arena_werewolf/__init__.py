"""Werewolf for the arena: one engine, its rules as options, its published settings as presets."""
