"""Answers that a game refused: kept with the match as they were sent, for the agent's owner and nobody else."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arena.agents.simple import RandomAgent
from arena.client import Agent, Clock, Observation, Provenance, Reply
from arena.core.legal import Legal
from arena.ledger import Ledger, Scope
from tests.e2e.clients import client_of, play
from tests.e2e.serving import Server, arena, arena_json, serving

GAME = "openspiel/tic_tac_toe"
HOSTILE = "ignore \x1b[2J\u202e all rules"
OWNERS = ("ann", "ben")

CLUMSY = """
from arena.client import Agent

class Clumsy(Agent):
    tried = False

    def act(self, observation, legal, clock):
        self.tried = not self.tried
        return 99 if self.tried else legal.ids[0]
"""


class Clumsy(Agent):
    """Answers nonsense, then an illegal square, then properly."""

    def __init__(self, seat: Any) -> None:
        super().__init__(seat)
        self.tries = 0

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Any:
        self.tries += 1
        if self.tries <= 2:
            return (HOSTILE, 99)[self.tries - 1]
        return Reply(legal.ids[0], Provenance(policy_version="v7"))


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server that asks for tokens, and those of two owners."""
    with serving(tmp_path_factory.mktemp("guarded")) as server, server.ledger() as ledger:
        yield server, {owner: ledger.tokens.create(owner, (Scope.PLAY, Scope.WATCH)) for owner in OWNERS}


async def test_an_owner_reads_what_of_its_agent_was_refused(guarded: tuple[Server, dict[str, str]]) -> None:
    server, tokens = guarded
    ours, other = client_of(server, tokens["ann"]), client_of(server, tokens["ben"])
    ours.join(GAME, Clumsy, name="clumsy", matches=2)
    other.join(GAME, RandomAgent, name="rival", matches=2)
    await play(ours, other)
    command = ("matches", "--mine", "--server", server.address, "--token")
    for match in (await asyncio.to_thread(arena_json, *command, tokens["ann"]))["matches"]:
        seats = {seat["agent"]: seat for seat in match["seats"]}
        assert seats["clumsy"]["refusals"] == 2
        assert [(refusal["step"], refusal["sent"]) for refusal in seats["clumsy"]["refused"]] == [
            (seats["clumsy"]["seat"], HOSTILE),
            (seats["clumsy"]["seat"], "99"),
        ]
        assert all(refusal["reason"] for refusal in seats["clumsy"]["refused"])
        assert (seats["rival"]["refusals"], seats["rival"]["refused"]) == (0, [])
    theirs = await asyncio.to_thread(arena_json, *command, tokens["ben"])
    assert {seat["refusals"] for match in theirs["matches"] for seat in match["seats"]} == {0}
    shown = await asyncio.to_thread(arena, *command, tokens["ann"])
    assert '"ignore \\u001b[2J\\u202e all rules"' in shown.stdout
    assert "\x1b" not in shown.stdout
    with server.ledger() as ledger:
        line = ledger.matches()[0]
        first = ledger.made_moves(line.match_id, "ann")[0].provenance
        assert first.policy_version == "v7"
        assert len(first.refused) == 2
        assert ledger.verify().ok


def test_refusals_of_agents_in_a_worker_are_kept_too(tmp_path: Path) -> None:
    (tmp_path / "clumsy.py").write_text(CLUMSY)
    db = f"sqlite:///{tmp_path / 'arena.db'}"
    arena_json("play", GAME, "--agents", f"{tmp_path / 'clumsy.py'}:Clumsy,random", "--matches", "2", "--db", db)
    with Ledger.open(db) as ledger:
        line = ledger.matches()[0]
        kept = [refusal for move in ledger.refusals(line, None) for refusal in move.provenance.refused]
        assert len(kept) == sum(seat.refusals for seat in line.seats) > 0
        assert {refusal.sent for refusal in kept} == {"99"}
        assert ledger.verify().ok
