"""How chance negotiates: `python -m plugins.negotiation.studies.base_rates` writes arena_negotiation/base_rates.json
anew.

Both kinds of chance play themselves in all seats: the arena's `random`, uniform over the legal forms, and
`negotiation:random`, which gains by what it offers and takes.
"""

import json
import sys
from typing import Any, Final

import numpy as np

from arena_negotiation.base_rates import FILE
from plugins.negotiation.studies.tables import GAMES, agents, made, mean_of, play

KINDS: Final = {"random": "chance", "negotiation:random": "random"}
"""Registered name, and name among `agents()`."""


def base_rates(rated_id: str, agent: str, matches: int) -> list[dict[str, Any]]:
    """One record a seat: how often it wins alone, how often there is a deal, the mean own surplus with its interval."""
    game, maker = made(rated_id), agents()[KINDS[agent]]
    outcomes = [play(game, deal, [maker] * game.spec.seats) for deal in range(matches)]
    return [_record(rated_id, agent, seat, outcomes) for seat in range(game.spec.seats)]


def _record(rated_id: str, agent: str, seat: int, outcomes: list[Any]) -> dict[str, Any]:
    deal = mean_of(np.array([outcome[seat].metrics["deal"] for outcome in outcomes]))
    surplus = mean_of(np.array([outcome[seat].score for outcome in outcomes]))
    alone = [o[seat].rank == 1 and sum(other.rank == 1 for other in o) == 1 for o in outcomes]
    return {
        "game": rated_id,
        "agent": agent,
        "seat": seat,
        "matches": len(outcomes),
        "wins_alone": float(np.mean(alone)),
        "deal": deal.value,
        "deal_half": deal.half,
        "surplus": surplus.value,
        "surplus_half": surplus.half,
    }


def main(matches: int) -> None:
    """All games; the records go to FILE and a table to stdout."""
    records = [record for game in GAMES for agent in KINDS for record in base_rates(game, agent, matches)]
    FILE.write_text(json.dumps(records, indent=1) + "\n")
    print("| game | agent | seat | deals | own surplus | wins alone |\n|---|---|---|---|---|---|")
    for r in records:
        deal = f"{100 * r['deal']:.1f} ± {100 * r['deal_half']:.1f} %"
        surplus = f"{r['surplus']:.2f} ± {r['surplus_half']:.2f}"
        print(f"| `{r['game']}` | `{r['agent']}` | {r['seat']} | {deal} | {surplus} | {100 * r['wins_alone']:.1f} % |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
