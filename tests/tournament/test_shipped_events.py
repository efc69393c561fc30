"""The events in `tournaments/` fit the games and agents there are, and their sets give everybody every seat."""

from collections import Counter
from pathlib import Path

import pytest

from arena.core.game import GameSpec
from arena.core.match import GameRef, PartyRef
from arena.plugin.registry import Registry
from arena.tournament.director import Director
from arena.tournament.event import Event
from arena.tournament.files import load
from arena.tournament.sets import plan_set

FOLDER = Path(__file__).parent.parent.parent / "tournaments"
EVENTS = sorted(FOLDER.glob("*.toml"))


def opened(path: Path) -> tuple[Event, GameRef, GameSpec, Registry]:
    event, registry = load(path), Registry()
    ref = registry.ref(event.game, given=event.options)
    return event, ref, registry.make_game(ref).spec, registry


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_every_event_fits_its_game_and_names_agents_there_are(path: Path) -> None:
    event, _, spec, registry = opened(path)
    director = Director(event.imagined(spec) if event.open else event, spec)
    assert director.due(director.course())
    assert all(registry.make_agent(entrant.spec) for entrant in event.entrants if entrant.spec)
    assert director.expected() is not None


def test_every_hosted_game_has_an_event() -> None:
    hosted = {load(path).game for path in EVENTS}
    negotiations = {game for game in Registry().game_listings() if game.startswith("negotiation/")}
    assert {"werewolf/ww7-lspo", "who_is_the_spy/text", "openspiel/tic_tac_toe", "openspiel/kuhn_poker"} <= hosted
    assert negotiations <= hosted


@pytest.mark.parametrize(("name", "places"), [("werewolf_seats", 7), ("werewolf_teams", 2)])
def test_werewolf_takes_everybody_through_every_seat_or_side_of_every_deal(name: str, places: int) -> None:
    event, ref, spec, _ = opened(FOLDER / f"{name}.toml")
    director = Director(event, spec)
    for pairing in director.due(director.course()):
        assert len(pairing.entrants) == places
        parties = [PartyRef(agent=agent, owner=agent, spec="null") for agent in pairing.entrants]
        seeds = event.deal_seeds(pairing, b"key")
        plan, matches = plan_set(
            ref, spec, parties, seeds, rated=True, duplicate=event.shares_deals(spec), deals=event.sets.deals
        )
        assert plan.rated
        shares = Counter(pairing.entrants)
        for seed in {match.seed for match in matches}:
            own = [match for match in matches if match.seed == seed]
            assert len(own) == places
            for place in range(places):
                assert Counter(match.parties[place].agent for match in own) == shares
