"""How often chance alone does better than the other side, as FIGURES.md has it, for whoever watches a pool's floor."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from arena.core.measures import BaseRate

FILE = Path(__file__).with_suffix(".json")


def base_rates() -> Mapping[str, Sequence[BaseRate]]:
    """By rated id, for each seat, as `python -m plugins.negotiation.studies.base_rates` simulated them."""
    found: dict[str, list[BaseRate]] = {}
    for row in json.loads(FILE.read_text()):
        rate = BaseRate(row["agent"], str(row["seat"]), row["wins_alone"], row["matches"])
        found.setdefault(row["game"], []).append(rate)
    return found
