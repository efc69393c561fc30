"""Controllers: from a target to rotor commands."""
