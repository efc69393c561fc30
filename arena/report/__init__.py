"""What a ledger says, put together for people: ladders by any system, and the pages of `arena report`."""
