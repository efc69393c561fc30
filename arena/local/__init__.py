"""Match, tournament, ledger and rating in one process tree, without a network."""
