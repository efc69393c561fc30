"""Programs behind the figures in FIGURES.md: base rates of chance, standings of the bots, speed."""
