"""The events that measure agents are fair: both play both teams of every deal, from both sides, on the same seed."""

from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Final

import pytest

from arena.core.match import MatchPlan, PartyRef
from arena.plugin.registry import Registry
from arena.tournament.director import Director
from arena.tournament.files import load
from arena.tournament.sets import plan_set
from arena_pokemon_vgc.formats import DEFAULT
from arena_pokemon_vgc.game import VgcGame
from arena_pokemon_vgc.state import VgcState

_FOLDER: Final = Path(__file__).parents[3] / "tournaments"
_EVENTS: Final = ("vgc_baselines", "vgc_performance", "vgc_generalisation")


def _matches(name: str, game: VgcGame) -> list[MatchPlan]:
    """Five deals of the event's first pairing."""
    event = load(_FOLDER / f"{name}.toml")
    ref = Registry().ref(event.game, given=event.options)
    director = Director(event, game.spec)
    pairing = next(iter(director.due(director.course())))
    parties = [PartyRef(agent=agent, owner=agent, spec="null") for agent in pairing.entrants]
    shared = event.shares_deals(game.spec)
    seeds = event.deal_seeds(pairing, b"key")
    return plan_set(ref, game.spec, parties, seeds, rated=True, duplicate=shared, deals=5)[1]


@pytest.mark.parametrize("name", _EVENTS)
def test_agents_of_a_deal_swap_sides_and_teams_on_the_same_seed(made: Callable[..., VgcGame], name: str) -> None:
    game = made(DEFAULT, teams=load(_FOLDER / f"{name}.toml").options.get("teams"))
    drawn = set[tuple[str, str]]()
    for seed, deal in groupby(_matches(name, game), key=lambda match: match.seed):
        one, other = deal
        states = [game.new_state(match.seed, {}) for match in (one, other)]
        teams = {state.teams for state in states if isinstance(state, VgcState)}
        engines = {state.engine.seed for state in states if isinstance(state, VgcState)}
        assert [party.agent for party in one.parties] == [party.agent for party in reversed(other.parties)]
        assert len(teams) == len(engines) == 1, seed
        drawn |= teams
    assert len(drawn) > 1
