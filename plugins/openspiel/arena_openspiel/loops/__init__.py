"""Training loops over populations of tables: `psro`, `double-oracle` and `fictitious-play`."""
