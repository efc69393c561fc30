"""A real model that knows nothing, its tokenizer trained on the project's own words."""

import json
from pathlib import Path
from typing import Final

from arena.loops.language import tiny
from arena.loops.language.tiny import CHAT_TEMPLATE, SPECIAL

__all__ = ["CHAT_TEMPLATE", "SPECIAL", "make_tiny_model", "make_tokenizer"]

ROOT: Final = Path(__file__).parents[3]


def make_tiny_model(folder: Path, *, layers: int = 2, hidden: int = 64, weights: bool = True) -> Path:
    """A model directory as `save_pretrained` leaves it; without `weights` for engines that make their own."""
    return tiny.make_tiny_model(folder, _corpus(), layers=layers, hidden=hidden, weights=weights)


def make_tokenizer(folder: Path) -> int:
    """Its tokenizer alone; gives the id of its end token."""
    return tiny.make_tokenizer(folder, _corpus())


def _corpus() -> list[str]:
    """What models are told, the rules of the games, and answers to them."""
    files = [*ROOT.glob("arena/agents/language/*.toml"), *ROOT.glob("plugins/*/RULES.md"), ROOT / "README.md"]
    offers = [json.dumps({"act": "propose", "offer": {"price": n}, "message": "a fair price"}) for n in range(40)]
    board = [f"x({row},{column}) o({column},{row})" for row in range(3) for column in range(3)]
    return [*(file.read_text(encoding="utf-8") for file in sorted(files)), *offers, *board]
