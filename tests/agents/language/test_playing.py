"""Real engines play whole matches on a real server: no answer of theirs is refused."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from arena.agents.language.agent import LanguageAgent
from arena.core.agent import Clock, Observation, Reply
from arena.core.legal import Legal
from arena.plugin.registry import Registry
from tests.e2e.clients import client_of, play
from tests.e2e.serving import Server

pytestmark = pytest.mark.timeout(420)  # what an engine makes of two busy cores is not the promise
GAMES = ("openspiel/tic_tac_toe", "negotiation/balloon", "werewolf/ww4-mini")
MATCHES = 20
SHORT = ("max_tokens=64", "memory=window", "window=1")
"""As an untrained model says nothing that is worth remembering."""


def player(spec: str, *settings: str) -> tuple[type[LanguageAgent], list[str], list[Reply]]:
    """The class that SPEC names, with what was refused of it and what it answered."""
    made: Any = Registry().make_agent(spec, settings)
    refusals: list[str] = []
    replies: list[Reply] = []

    class Noted(made):  # type: ignore[misc]  # a class made at run time
        async def act(self, observation: Observation, legal: Legal, clock: Clock) -> Reply:
            if observation.refusal:
                refusals.append(f"{observation.refusal}, not {self.said}")
            reply: Reply = await super().act(observation, legal, clock)
            self.said = reply.action
            replies.append(reply)
            return reply

    return Noted, refusals, replies


async def played(server: Server, game: str, agent: type[LanguageAgent], name: str, matches: int) -> Counter[str]:
    """Why the seats of so many matches ended, played by two agents of this class against each other."""
    clients = [client_of(server), client_of(server)]
    for side, client in zip("ab", clients, strict=True):
        client.join(game, agent, name=f"{name}-{side}-{game.replace('/', '-')}", seats=matches, matches=matches)
    summaries = await play(*clients, seconds=400)
    assert all(summary.matches >= matches for summary in summaries)
    return summaries[0].causes + summaries[1].causes


@pytest.mark.parametrize("game", GAMES)
async def test_a_model_at_an_endpoint_plays_legally(server: Server, endpoint: str, game: str) -> None:
    agent, refusals, replies = player(f"openai:tiny@{endpoint}", "max_tokens=96")
    causes = await played(server, game, agent, "openai", MATCHES)
    assert set(causes) == {"rules"}
    assert not refusals
    assert all(reply.provenance.completion_tokens > 0 for reply in replies)


@pytest.mark.parametrize("game", GAMES)
async def test_a_model_in_this_process_plays_legally_and_records_what_it_drew(
    server: Server, tiny_model: Path, game: str
) -> None:
    agent, refusals, replies = player(f"transformers:{tiny_model}", *SHORT, "threads=1", "batch=64")
    causes = await played(server, game, agent, "transformers", MATCHES // 10)
    assert set(causes) == {"rules"}
    assert not refusals
    for made in (reply.provenance for reply in replies):
        assert len(made.logprobs) == len(made.completion_token_ids) > 0
        assert len(made.prompt_token_ids) <= made.prompt_tokens
        assert max(made.logprobs) <= 0
