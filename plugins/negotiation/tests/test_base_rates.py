"""The base rates on file are those of the engine as it is, for every game and every seat (RULES.md; FIGURES.md)."""

import json
from math import sqrt
from typing import Any

import pytest

from arena_negotiation.base_rates import FILE
from arena_negotiation.variants import VARIANTS
from plugins.negotiation.studies.base_rates import KINDS, base_rates
from plugins.negotiation.studies.tables import GAMES, made

MATCHES = 300
RECORDS: list[dict[str, Any]] = json.loads(FILE.read_text())


def test_every_variant_and_seat_has_base_rates_of_both_kinds() -> None:
    held = {(r["game"], r["agent"], r["seat"]) for r in RECORDS}
    assert held == {(game, agent, seat) for game in GAMES for agent in KINDS for seat in range(made(game).spec.seats)}
    assert set(VARIANTS) <= {game for game, _, _ in held}
    assert len(held) == len(RECORDS)
    assert all(record["matches"] >= 4000 for record in RECORDS)


@pytest.mark.parametrize("game", GAMES)
def test_chance_does_as_well_as_is_on_file(game: str) -> None:
    """Within four standard errors of the smaller sample."""
    held = {(r["agent"], r["seat"]): r for r in RECORDS if r["game"] == game}
    for agent in KINDS:
        for found in base_rates(game, agent, MATCHES):
            known = held[agent, found["seat"]]
            widen = sqrt(known["matches"] / MATCHES) * 4 / 1.96
            assert abs(found["deal"] - known["deal"]) <= known["deal_half"] * widen + 0.01
            assert abs(found["surplus"] - known["surplus"]) <= known["surplus_half"] * widen + 1e-9
            spread = sqrt(known["wins_alone"] * (1 - known["wins_alone"]) / MATCHES)
            assert abs(found["wins_alone"] - known["wins_alone"]) <= 4 * spread + 0.01


def test_a_plain_ultimatum_by_chance_is_what_it_must_be() -> None:
    """One of three acts each: an offer by the first, an acceptance by the second; half of the sum each."""
    (first, second) = (r for r in RECORDS if r["game"] == "negotiation/ultimatum" and r["agent"] == "random")
    assert abs(first["deal"] - 1 / 9) < 2 * first["deal_half"]
    for record in (first, second):
        assert abs(record["surplus"] - 50 / 9) < 2 * record["surplus_half"]
