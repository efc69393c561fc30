"""One match: its table, its adjudication, its record, and the worker processes that tables live in."""
