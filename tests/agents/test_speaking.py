"""Agents that choose their words: any form of decision with room for words carries them, and play stays legal."""

from random import Random
from typing import Any

import pytest

from arena.agents.injections import hostile_speeches, injections
from arena.agents.speaking import EchoAgent, SilentAgent, speaks, utter
from arena.core.agent import Clock, Observation, SeatInfo
from arena.core.game import Event, Game
from arena.core.legal import Box, Choices, FreeText, Schema
from arena.core.seed import Seed
from arena.core.values import MatchId, Seat
from arena.plugin.registry import Registry
from arena.testing import check_agent
from arena.testing.games_of_form import Parley

ACT: dict[str, Any] = {
    "oneOf": [
        {
            "type": "object",
            "properties": {"act": {"const": "walk"}, "message": {"type": "string", "maxLength": 5}},
            "required": ["act"],
        },
        {
            "type": "object",
            "properties": {
                "act": {"enum": ["offer"]},
                "terms": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1},
            },
        },
    ]
}


@pytest.mark.parametrize("legal", [Choices((1, 2)), Box((2,), 0, 1), Schema({"type": "integer"})])
def test_where_there_is_no_room_for_words_the_action_is_any_other(legal):
    assert not speaks(legal)
    utter(legal, "hello", Random(1))


def test_words_are_cut_to_their_room_and_never_left_out():
    assert utter(FreeText(3), "hello", Random(1)) == "hel"
    said = [utter(Schema(ACT), "hello there", Random(n)) for n in range(20)]
    assert {"act": "walk", "message": "hello"} in said
    assert {"act": "offer", "terms": ["hello there"]} in said
    assert len({str(action) for action in said}) == 2


def test_there_are_at_least_fifty_scripts_of_different_names_and_words():
    assert len({script.name for script in injections()}) == len(injections()) >= 50
    assert len(set(hostile_speeches())) == len(hostile_speeches())
    assert {script.spoof for script in injections()} == {True, False, None}


def games_with_speech() -> list[str]:
    return ["werewolf/ww4-mini", "negotiation/dond", "negotiation/balloon"]


def made(game: str) -> Game:
    registry = Registry()
    return registry.make_game(registry.ref(game))


@pytest.mark.parametrize("agent", ["injector", "echo", "silent"])
@pytest.mark.parametrize("game", [*games_with_speech(), "openspiel/kuhn_poker", "parley"])
def test_they_keep_what_every_agent_promises(agent: str, game: str):
    check_agent(Registry().make_agent(agent), Parley() if game == "parley" else made(game), matches=8)


def test_an_echo_says_what_it_heard_last_from_another_seat():
    info = SeatInfo(match_id=MatchId("m"), seat=Seat(1), seats=2, game="a/b", config={}, brief="", seed=Seed.of(1))
    echo, clock = EchoAgent(info), Clock(1.0, 1.0)
    heard = [
        Event(0, "speech", {"text": "first", "kind": "x"}, Seat(0)),
        Event(1, "speech", {"text": "its own"}, Seat(1)),
        Event(2, "notice", {"text": "by nobody"}),
    ]
    assert echo.act(Observation(0, {}, ()), FreeText(50), clock) == ""
    assert echo.act(Observation(1, {}, heard), FreeText(50), clock) == "first"


def test_words_that_were_refused_are_not_said_again():
    info = SeatInfo(match_id=MatchId("m"), seat=Seat(1), seats=2, game="a/b", config={}, brief="", seed=Seed.of(1))
    silent, clock = SilentAgent(info), Clock(1.0, 1.0)
    views = [Observation(0, {}), Observation(0, {}, refusal="say something")]
    assert [silent.act(view, FreeText(50), clock) == "" for view in views] == [True, False]
