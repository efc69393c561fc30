"""What a server tells to an agent's owner, to an admin and to anybody else; and its descriptors, where it may."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

from arena.agents.simple import RandomAgent
from arena.client import Agent, Clock, Observation, Provenance, Reply
from arena.client.remote import Remote
from arena.core.errors import ArenaError, BadRequest, Forbidden
from arena.core.legal import Legal
from arena.ledger import Scope
from tests.e2e.clients import Notes, client_of, play
from tests.e2e.serving import Server, arena, arena_json, serving, socket_channel

GAME = "openspiel/tic_tac_toe"
OWNERS = ("ann", "ben", "eve")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server that asks for tokens and takes part in reflection; the tokens of three owners and of its host."""
    with serving(tmp_path_factory.mktemp("guarded"), "--reflection") as server:
        with server.ledger() as ledger:
            tokens = {owner: ledger.tokens.create(owner, (Scope.PLAY, Scope.WATCH)) for owner in OWNERS}
            tokens["host"] = ledger.tokens.create("host", (Scope.ADMIN,))
        yield server, tokens


class Thinker(Agent):
    """Sends along how it came to its actions."""

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Reply:
        thought = Provenance(policy_version="v7", reasoning="CANARY\x1b[2J", completion_token_ids=[1], logprobs=[-1.0])
        return Reply(legal.ids[0], thought)


@asynccontextmanager
async def playing(guarded: tuple[Server, dict[str, str]], first: str, second: str) -> AsyncIterator[Notes]:
    """A match between an agent of ann and one of ben that waits for its first decision while the block lasts."""
    server, tokens = guarded
    notes, go = Notes(), asyncio.Event()
    notes.pause = go.wait
    clients = [client_of(server, tokens[owner]) for owner in ("ann", "ben")]
    for name, client in zip((first, second), clients, strict=True):
        client.join(GAME, notes.agent, name=name, matches=2)
    running = asyncio.create_task(play(*clients))
    await notes.until(lambda: bool(notes.asked))
    try:
        yield notes
    finally:
        go.set()
        await running


def remotely(guarded: tuple[Server, dict[str, str]], owner: str, call: str, *args: Any, **options: Any) -> Any:
    """What an owner is told; the error it gets, when that is the answer."""
    server, tokens = guarded
    with Remote(server.address, token=tokens[owner]) as remote:
        try:
            return list(getattr(remote, call)(*args, **options))
        except ArenaError as error:
            return error


async def test_provenance_is_told_over_the_network_to_owner_and_admin_only(
    guarded: tuple[Server, dict[str, str]],
) -> None:
    server, tokens = guarded
    ours, other = client_of(server, tokens["ann"]), client_of(server, tokens["ben"])
    ours.join(GAME, Thinker, name="thinker", matches=2)
    other.join(GAME, RandomAgent, name="rival", matches=2)
    await play(ours, other)
    with server.ledger() as ledger:
        line = ledger.matches(agent="thinker")[0]
    (seat,) = [seat.seat for seat in line.seats if seat.agent == "thinker"]
    told = {owner: await asyncio.to_thread(remotely, guarded, owner, "provenance", line.match_id) for owner in tokens}
    assert {made.seat for made in told["ann"]} == {seat}
    assert {made.provenance.policy_version for made in told["ann"]} == {"v7"}
    assert told["host"] == told["ann"]
    assert told["ben"] == []  # it played, and sent nothing along
    assert isinstance(told["eve"], Forbidden)
    assert "CANARY" not in str(told["eve"]) + str(told["ben"])

    command = ("replay", line.match_id, "--provenance")
    shown = await asyncio.to_thread(
        arena_json, *command, "--server", server.address, env={"ARENA_TOKEN": tokens["ann"]}
    )
    assert shown == await asyncio.to_thread(arena_json, *command, "--db", server.db)
    assert [move["logprobs"] for move in shown["moves"]] == [[-1.0]] * len(told["ann"])
    words = await asyncio.to_thread(arena, *command, "--server", server.address, "--token", tokens["ann"])
    assert '"CANARY\\u001b[2J"' in words.stdout
    assert "\x1b" not in words.stdout
    costs = ("ladder", GAME, "--cost")
    remote = await asyncio.to_thread(arena_json, *costs, "--server", server.address, env={"ARENA_TOKEN": tokens["ann"]})
    assert remote["spending"] == (await asyncio.to_thread(arena_json, *costs, "--db", server.db))["spending"]
    assert [line["agent"] for line in remote["spending"]] == ["thinker"]
    strange = await asyncio.to_thread(arena, *costs, "--server", server.address, "--token", tokens["eve"])
    assert "told to their owners and to admins only" in strange.stderr
    refused = await asyncio.to_thread(arena, *command, "--server", server.address, "--token", tokens["eve"])
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "owners and to admins" in refused.stderr


async def test_a_stranger_cannot_unmask_who_plays_a_live_match(guarded: tuple[Server, dict[str, str]]) -> None:
    async with playing(guarded, "masked", "other") as notes:
        match = notes.seats[0].match_id
        told = {}
        for owner in guarded[1]:
            live = [m for m in await asyncio.to_thread(remotely, guarded, owner, "matches") if m.match_id == match]
            told[owner] = {seat.agent for of in live for seat in of.seats}
        assert told == {"ann": {"masked", ""}, "ben": {"", "other"}, "eve": {""}, "host": {"masked", "other"}}
        found = {
            owner: len(await asyncio.to_thread(remotely, guarded, owner, "matches", agent="masked"))
            for owner in guarded[1]
        }
        assert found == {"ann": 1, "ben": 0, "eve": 0, "host": 1}
    after = await asyncio.to_thread(remotely, guarded, "eve", "matches", agent="masked")
    assert [{seat.agent for seat in landed.seats} for landed in after] == [{"masked", "other"}] * 2
    assert all(landed.rated for landed in after)


async def test_a_spectator_is_sent_the_fields_it_wants(guarded: tuple[Server, dict[str, str]]) -> None:
    server, tokens = guarded

    def first_view(*wants: str) -> Any:
        with Remote(server.address, token=tokens["eve"]) as remote:
            return next(iter(remote.watch(match, wants)))

    async with playing(guarded, "seen", "shown") as notes:
        match = notes.seats[0].match_id
        usual, board, nothing = [
            await asyncio.to_thread(first_view, *wants) for wants in ((), ("view",), ("no_such_field",))
        ]
        assert [field.name for field in usual.fields] == ["text"]
        assert [field.name for field in board.fields] == ["view"]
        assert [field.name for field in nothing.fields] == []
        assert isinstance(await asyncio.to_thread(remotely, guarded, "eve", "watch", match, ["x" * 65]), BadRequest)


def services(server: Server) -> set[str]:
    """What a reflection client is told there is."""
    with socket_channel(server.address) as channel:
        return set(ProtoReflectionDescriptorDatabase(channel).get_services())


def test_reflection_tells_the_services_and_their_messages(guarded: tuple[Server, dict[str, str]]) -> None:
    named = services(guarded[0])
    assert {f"arena.v1.{name}Service" for name in ("Play", "Lobby", "Results")} < named
    assert "grpc.health.v1.Health" in named
    with socket_channel(guarded[0].address) as channel:
        file = ProtoReflectionDescriptorDatabase(channel).FindFileContainingSymbol("arena.v1.ResultsService")
    assert "MoveProvenance" in {message.name for message in file.message_type}


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for no tokens."""
    with serving(tmp_path_factory.mktemp("open")) as server:
        yield server


def test_without_the_flag_there_is_no_reflection(open_server: Server) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        services(open_server)
    assert raised.value.code() == grpc.StatusCode.UNIMPLEMENTED


async def test_where_no_token_is_asked_for_provenance_is_told_to_nobody(open_server: Server, tmp_path: Path) -> None:
    clients = [client_of(open_server), client_of(open_server)]
    for name, client in zip(("thinker", "rival"), clients, strict=True):
        client.join(GAME, Thinker, name=name, matches=2)
    await play(*clients)
    listed = await asyncio.to_thread(arena_json, "matches", "--server", open_server.address)
    match = listed["matches"][0]["match"]
    done = await asyncio.to_thread(arena, "replay", match, "--provenance", "--server", open_server.address)
    assert (done.returncode, done.stdout) == (1, "")
    assert "owners and to admins" in done.stderr
    host = await asyncio.to_thread(arena_json, "replay", match, "--provenance", "--db", open_server.db)
    assert "CANARY" in json.dumps(host)
