"""Training loops that Werewolf brings; loaded when one is run."""
