"""Who may do what on a server with tokens; what an owner alone may read; TLS."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from arena.agents.simple import FirstAgent, RandomAgent
from arena.client import Agent, Client, Clock, Observation, Provenance, Reply
from arena.client.remote import Remote
from arena.core.errors import ArenaError, Forbidden, NameTaken, Unauthenticated
from arena.core.legal import Legal
from arena.ledger import Scope
from tests.e2e.clients import Notes, client_of, play
from tests.e2e.hosting import bot, event
from tests.e2e.serving import Server, arena, arena_json, serving

GAME = "openspiel/tic_tac_toe"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that asks for tokens."""
    folder = tmp_path_factory.mktemp("guarded")
    arena("token", "create", "host", "--scope", "admin", "--db", f"sqlite:///{folder / 'arena.db'}")
    with serving(folder) as started:
        yield started


def token(server: Server, owner: str, *scopes: Scope) -> str:
    """A token made while the server runs."""
    with server.ledger() as ledger:
        return ledger.tokens.create(owner, scopes or (Scope.PLAY, Scope.WATCH))


async def refusal(client: Client, name: str = "anybody") -> ArenaError:
    """The error that joining ends with."""
    client.join(GAME, FirstAgent, name=name, matches=2)
    with pytest.raises(ArenaError) as raised:
        await play(client)
    return raised.value


async def test_no_token_is_refused(guarded: Server) -> None:
    assert isinstance(await refusal(client_of(guarded)), Unauthenticated)


@pytest.mark.parametrize("wrong", ["arena_000000000000_x", "nonsense", "arena__", "x" * 4000])
async def test_a_wrong_token_is_refused(guarded: Server, wrong: str) -> None:
    assert isinstance(await refusal(client_of(guarded, wrong)), Unauthenticated)


async def test_a_revoked_token_is_refused_like_an_unknown_one(guarded: Server) -> None:
    text = token(guarded, "leaver")
    with guarded.ledger() as ledger:
        (line,) = ledger.tokens.all("leaver")
        ledger.tokens.revoke(line.id)
    revoked, unknown = await refusal(client_of(guarded, text)), await refusal(client_of(guarded, text[:-1] + "!"))
    assert isinstance(revoked, Unauthenticated)
    assert str(revoked) == str(unknown)


def revoke(server: Server, owner: str) -> None:
    """Revoke all of an owner's tokens."""
    with server.ledger() as ledger:
        for line in ledger.tokens.all(owner):
            ledger.tokens.revoke(line.id)


async def test_a_revoked_token_ends_the_streams_that_it_opened_and_no_others(guarded: Server) -> None:
    leaver, faithful = Notes(), Notes()
    leaver.pause = faithful.pause = lambda: asyncio.sleep(0.01)
    ours = client_of(guarded, token(guarded, "quitter"))
    other = client_of(guarded, token(guarded, "faithful"))
    ours.join(GAME, leaver.agent, name="quitter")
    other.join(GAME, faithful.agent, name="faithful", seats=2)
    playing = asyncio.create_task(other.run())
    leaving = asyncio.create_task(ours.run())
    try:
        await leaver.until(lambda: bool(leaver.ended))
        revoke(guarded, "quitter")
        async with asyncio.timeout(20):
            with pytest.raises(Unauthenticated):
                await leaving
        before = len(faithful.ended)
        await faithful.until(lambda: len(faithful.ended) > before + 2)
    finally:
        playing.cancel()  # the match that was left would last until the leaver's clock has run out


async def test_a_revoked_token_ends_what_its_owner_watches(guarded: Server) -> None:
    players, fan = token(guarded, "players"), token(guarded, "passing-fan", Scope.WATCH)
    notes = Notes()
    notes.pause = lambda: asyncio.Event().wait()  # the match does not end
    client = client_of(guarded, players)
    client.join(GAME, notes.agent, name="players")
    playing = asyncio.create_task(client.run())
    try:
        await notes.until(lambda: bool(notes.asked))
        with Remote(guarded.address, token=fan) as remote:
            views = remote.watch(notes.asked[0][0])
            await asyncio.to_thread(next, views)
            revoke(guarded, "passing-fan")
            async with asyncio.timeout(20):
                with pytest.raises(Unauthenticated, match="revoked"):
                    await asyncio.to_thread(list, views)
    finally:
        playing.cancel()


async def test_a_revoked_token_ends_what_its_owner_follows(guarded: Server) -> None:
    text = event("Waiting", bot("first"), more="[open]\nentrants = 9\n")
    with Remote(guarded.address, token=token(guarded, "organiser", Scope.ADMIN)) as organiser:
        tournament = organiser.submit(text).tournament
        with Remote(guarded.address, token=token(guarded, "follower", Scope.WATCH)) as remote:
            progress = remote.follow(tournament)
            assert (await asyncio.to_thread(next, progress)).state == "waiting"
            revoke(guarded, "follower")
            async with asyncio.timeout(20):
                with pytest.raises(Unauthenticated, match="revoked"):
                    await asyncio.to_thread(list, progress)
        organiser.stop(tournament)


async def test_a_token_that_may_only_watch_cannot_play(guarded: Server) -> None:
    assert isinstance(await refusal(client_of(guarded, token(guarded, "fan", Scope.WATCH))), Forbidden)


def test_a_token_that_may_only_play_cannot_watch_but_sees_the_games(guarded: Server) -> None:
    with Remote(guarded.address, token=token(guarded, "hermit", Scope.PLAY)) as remote:
        assert remote.games()
        with pytest.raises(Forbidden):
            remote.matches()


async def test_an_agents_name_belongs_to_the_owner_who_came_first(guarded: Server) -> None:
    first, second = token(guarded, "first"), token(guarded, "second")
    ours, other = client_of(guarded, first), client_of(guarded, second)
    ours.join(GAME, RandomAgent, name="champion", matches=2)
    other.join(GAME, RandomAgent, name="second-agent", matches=2)
    await play(ours, other)
    refused = await refusal(client_of(guarded, second), "champion")
    assert isinstance(refused, NameTaken)
    assert "champion" in str(refused)


def test_the_last_token_revoked_does_not_open_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        with Remote(server.address) as remote:
            assert remote.games()  # open so far
        token(server, "only")
        with server.ledger() as ledger:
            ledger.tokens.revoke(ledger.tokens.all()[0].id)
        with Remote(server.address) as remote, pytest.raises(Unauthenticated):
            remote.games()


class Thinker(Agent):
    """Sends along how it came to its actions."""

    def act(self, observation: Observation, legal: Legal, clock: Clock) -> Reply:
        thought = Provenance(
            policy_version="v7", reasoning="CANARY", completion_token_ids=[1, 2], logprobs=[-1.0, -2.0]
        )
        return Reply(legal.ids[0], thought)


async def test_provenance_is_read_by_its_owner_and_admins_only(guarded: Server) -> None:
    thinker, rival = token(guarded, "thinker"), token(guarded, "rival")
    ours, other = client_of(guarded, thinker), client_of(guarded, rival)
    ours.join(GAME, Thinker, name="thinker", matches=2)
    other.join(GAME, RandomAgent, name="rival", matches=2)
    await play(ours, other)
    with guarded.ledger() as ledger:
        match = ledger.matches(agent="thinker")[0].match_id
        own = ledger.provenance(match, "thinker")
        assert own
        assert {p.reasoning for p in own.values()} == {"CANARY"}
        assert {tuple(p.logprobs) for p in own.values()} == {(-1.0, -2.0)}
        assert ledger.provenance(match, "rival") == {}
        assert ledger.provenance(match, None).keys() == own.keys()
        assert b"CANARY" not in ledger.record(match).play_digest
        moves = ledger.result(match).moves
        seats = {seat.seat for seat in ledger.matches(agent="thinker")[0].seats if seat.agent == "thinker"}
        assert set(own) == {index for index, move in enumerate(moves) if move.seat in seats}
    with Remote(guarded.address, token=rival) as remote:
        assert "CANARY" not in str(remote.matches(agent="thinker"))


def test_an_owner_sees_its_own_refusals_and_nobody_elses(guarded: Server) -> None:
    stranger = token(guarded, "stranger")
    shown = arena_json("matches", "--mine", "--server", guarded.address, "--token", stranger)
    assert shown["matches"] == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A self-signed certificate for localhost, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", names, "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return cert, key


async def test_over_tls_agents_play_and_plain_text_gets_nowhere(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    with serving(tmp_path, "--tls-cert", str(cert), "--tls-key", str(key)) as server:
        clients = [client_of(server, tls_ca=cert), client_of(server, tls_ca=cert)]
        for name, client in zip(("ann", "bob"), clients, strict=True):
            client.join(GAME, RandomAgent, name=name, matches=2)
        ann, _ = await play(*clients)
        assert ann.matches == 2

        def plain() -> None:
            with Remote(server.address) as remote:
                remote.games()

        with pytest.raises(ArenaError, match="no arena server answers"):
            await asyncio.to_thread(plain)


def test_bad_tls_files_are_told_in_a_sentence(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    _, key = certificate
    (tmp_path / "bad.pem").write_text("no certificate\n")
    db = f"sqlite:///{tmp_path / 'arena.db'}"
    done = arena("serve", "--db", db, "--tls-cert", str(tmp_path / "bad.pem"), "--tls-key", str(key))
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith("arena: the TLS")
