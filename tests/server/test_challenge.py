"""A challenge makes agents that wait for a game meet, and once only."""

from pathlib import Path

import pytest

from arena.core.errors import BadRequest
from arena.server.session import Principal
from tests.e2e.peer import Peer
from tests.server.conftest import open_hall, visitor

GAME = "openspiel/tic_tac_toe"
FOREVER = 1e6
ANN = Principal("ann", frozenset({"play", "watch"}))


async def play(agent: Peer) -> str:
    """Play one match against oneself to its end; which it was."""
    ended: list[str] = []
    while len(ended) < 2:
        frame = await agent.next("decision_request", "match_ended")
        if frame.HasField("match_ended"):
            ended.append(frame.match_ended.match_id)
        else:
            asked = frame.decision_request
            await agent.act(asked.request_id, choice=asked.prompt.legal.choices.ids[0])
    return ended[-1]


async def test_a_challenge_is_played_once_however_often_it_is_asked_for(tmp_path: Path) -> None:
    async with open_hall(tmp_path, patience=FOREVER) as hall, visitor(hall, "ann") as ann:
        await ann.hello()
        await ann.join(GAME, "ann", matches=2)
        await ann.next("joined")
        for _ in range(2):
            hall.lobby.challenge(GAME, ("ann", "ann"), "first", by=ANN)
        await ann.next("seat_assigned")
        with pytest.raises(BadRequest, match="not waiting"):
            hall.lobby.challenge(GAME, ("ann", "ann"), "too early", by=ANN)
        played = [await play(ann)]
        hall.lobby.challenge(GAME, ("ann", "ann"), "first", by=ANN)
        hall.lobby.challenge(GAME, ("ann", "ann"), "second", by=ANN)  # refused if the first had begun another match
        played.append(await play(ann))
        assert (await ann.next("join_ended")).join_ended.matches == 2
        assert sorted(line.match_id for line in hall.ledger.matches()) == sorted(played)
