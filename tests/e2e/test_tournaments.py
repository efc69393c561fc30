"""Tournaments that a server holds: remote agents and bots together, to the end, whatever stops or stays away."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from arena.agents.simple import RandomAgent
from arena.client import JoinSummary
from arena.client.remote import Remote
from arena.core.errors import ArenaError, BadEvent, BadRequest, Forbidden, NameTaken, TooLarge, UnknownAgent
from arena.ledger import Ledger
from arena.server.events import MAX_EVENT_BYTES
from tests.e2e.clients import Notes, client_of, play
from tests.e2e.hosting import KUHN, await_end, bot, event, outcome, remote
from tests.e2e.serving import Server, arena, arena_json, serving

FOLDER = Path(__file__).parents[2] / "tournaments"


def submit(server: Server, text: str, token: str | None = None) -> str:
    with Remote(server.address, token=token) as calls:
        return calls.submit(text).tournament


async def enter(server: Server, tournament: str, *names: str, **how: object) -> list[JoinSummary]:
    clients = [client_of(server) for _ in names]
    for client, name in zip(clients, names, strict=True):
        client.join(KUHN, RandomAgent, name=name, tournament=tournament, **how)  # type: ignore[arg-type]
    return await play(*clients)


async def test_remote_agents_and_a_bot_play_an_event_to_its_end(server: Server) -> None:
    clock = "[sets.clock]\ndecision = 7\nbank = 3\n"
    tournament = submit(server, event("Mixed", remote("ann"), remote("bob"), bot("bot"), more=clock))
    notes = Notes()
    clients = [client_of(server), client_of(server)]
    for client, name in zip(clients, ("ann", "bob"), strict=True):
        client.join(KUHN, notes.agent, name=name, tournament=tournament)
    summaries = await play(*clients)
    assert [summary.matches for summary in summaries] == [12, 12]
    assert await_end(server, tournament) == "over"
    assert notes.clocks
    assert max(clock.decision for clock in notes.clocks) <= 7.0
    assert max(clock.bank for clock in notes.clocks) == 3.0
    with server.ledger() as ledger:
        found = outcome(ledger, tournament)
        assert Counter(frozenset(row.entrants) for row in found.pairings) == Counter(
            map(frozenset, (("ann", "bob"), ("ann", "bot"), ("bob", "bot")))
        )
        assert Counter(agents for _, _, agents in found.matches) == Counter(
            {frozenset(row.entrants): 6 for row in found.pairings}
        )
        seeds = [ledger.result(match).plan.seed for match, _, _ in found.matches]
        assert len(set(seeds)) == len(seeds) == 18  # no deal of hidden cards is played twice
        assert ledger.verify().ok
    report = arena_json("tournament", "status", tournament, "--server", server.address)
    assert report == arena_json("tournament", "status", tournament, "--db", server.db)
    assert report["sets"] == {"finished": 3, "scheduled": 3, "expected": 3}
    matrix = arena_json("matrix", KUHN, "--server", server.address)
    assert matrix == arena_json("matrix", KUHN, "--db", server.db)
    assert set(matrix["agents"]) >= {"ann", "bob", "bot"}


async def test_sets_are_interleaved_and_ids_do_not_tell_which_matches_are_of_one_set(server: Server) -> None:
    names = ("i1", "i2", "i3")
    tournament = submit(server, event("Interleaved", *map(remote, names), deals=6))
    await enter(server, tournament, *names)
    with server.ledger() as ledger:
        matches = outcome(ledger, tournament).matches
    assert len(matches) == 3 * 12
    changes = sum(one[1] != other[1] for one, other in pairwise(matches))
    assert changes > len(matches) // 2
    assert all(set_id not in match for match, set_id, _ in matches)
    assert len({match.partition(".")[0] for match, _, _ in matches}) == len(matches)


async def test_an_agent_that_never_shows_up_forfeits_and_is_withdrawn(server: Server) -> None:
    entrants = remote("here"), remote("never"), bot("walk1"), bot("walk2")
    tournament = submit(server, event("No show", *entrants, patience=0.3))
    (summary,) = await enter(server, tournament, "here")
    assert await_end(server, tournament) == "over"
    report = arena_json("tournament", "status", tournament, "--server", server.address)
    states = {line["agent"]: line["state"] for line in report["standings"]}
    assert states == {"here": "in", "never": "withdrawn", "walk1": "in", "walk2": "in"}
    assert (report["sets"]["finished"], summary.matches) == (6, 12)
    with server.ledger() as ledger:
        assert {"never"} == set().union(*ledger.tournaments.forfeits(tournament).values())
        assert not any("never" in agents for _, _, agents in outcome(ledger, tournament).matches)
    with pytest.raises(ArenaError, match="it is over"):
        await enter(server, tournament, "never")


async def test_an_agent_that_leaves_for_good_forfeits_what_is_left(server: Server) -> None:
    entrants = remote("stays"), remote("leaves"), bot("third")
    tournament = submit(server, event("Leaving", *entrants, deals=20, cycles=2, patience=0.3))
    stays, leaves, notes = client_of(server), client_of(server), Notes()
    stays.join(KUHN, RandomAgent, name="stays", tournament=tournament)
    leaves.join(KUHN, notes.agent, name="leaves", tournament=tournament)
    staying = asyncio.create_task(play(stays))
    leaving = asyncio.create_task(play(leaves))
    await notes.until(lambda: len(notes.ended) > 5)
    leaves.stop()
    assert (await leaving)[0].matches < 160
    (summary,) = await staying
    assert await_end(server, tournament) == "over"
    report = arena_json("tournament", "status", tournament, "--server", server.address)
    states = {line["agent"]: line["state"] for line in report["standings"]}
    assert states == {"stays": "in", "leaves": "withdrawn", "third": "in"}
    assert summary.matches >= 80  # all that it owed the bot, and what it had begun with the one that left
    with server.ledger() as ledger:
        assert ledger.verify().ok


async def test_an_open_event_begins_when_enough_are_there_and_nobody_enters_later(server: Server) -> None:
    tournament = submit(server, event("Open", bot("house"), more="[open]\nentrants = 3\n"))
    early = asyncio.create_task(enter(server, tournament, "first"))
    with Remote(server.address) as calls:
        progress = calls.follow(tournament)
        now = await asyncio.to_thread(next, (one for one in progress if one.entrants == 2))
        assert (now.state, now.wanted) == ("waiting", 3)
    report = arena_json("tournament", "status", tournament, "--server", server.address)
    assert (report["state"], {line["agent"] for line in report["standings"]}) == ("waiting", {"house", "first"})
    late, notes = client_of(server), Notes()
    late.join(KUHN, notes.agent, name="second", tournament=tournament)
    playing = asyncio.create_task(play(late))
    await notes.until(lambda: bool(notes.asked))
    with pytest.raises(ArenaError, match=r"has begun, and has no entrant 'third'|is over"):
        await enter(server, tournament, "third")
    assert [summary.matches for summary in (*await early, *await playing)] == [12, 12]
    assert await_end(server, tournament) == "over"


async def test_the_open_event_that_is_shipped_runs_as_it_stands(server: Server) -> None:
    tournament = submit(server, (FOLDER / "kuhn_poker_open.toml").read_text())
    assert tournament == "kuhn-poker-open-1"
    summaries = await enter(server, tournament, "o1", "o2", "o3", "o4", seats=4)
    assert [summary.matches for summary in summaries] == [2 * 4 * 40] * 4
    assert await_end(server, tournament) == "over"


async def test_a_stopped_event_keeps_what_was_played_and_goes_on(server: Server) -> None:
    tournament = submit(server, event("Stopped", remote("s1"), remote("s2"), bot("s3"), deals=40))
    notes, clients = Notes(), [client_of(server), client_of(server)]
    notes.pause = lambda: asyncio.sleep(0.1)  # it thinks for long enough that the event cannot be over before it stops
    clients[0].join(KUHN, notes.agent, name="s1", tournament=tournament)
    clients[1].join(KUHN, RandomAgent, name="s2", tournament=tournament)
    playing = asyncio.create_task(play(*clients))
    await notes.until(lambda: len(notes.ended) > 3)
    done = await asyncio.to_thread(arena, "tournament", "stop", tournament, "--server", server.address)
    assert done.stdout == f"tournament {tournament} is stopped\n"
    notes.pause = lambda: asyncio.sleep(0)
    with server.ledger() as ledger:
        before = outcome(ledger, tournament)
        complete = {row.set_id for row in before.pairings if ledger.tournaments.outcome(row.set_id)}
    with Remote(server.address) as calls:
        for line in calls.matches(game=KUHN, limit=1_000):
            if line.set_id in {row.set_id for row in before.pairings} - complete:  # more of these matches are to come
                assert not any(seat.agent for seat in line.seats)
    assert 3 < len(before.matches) < 240
    sentence = (await asyncio.to_thread(arena, "tournament", "resume", tournament, "--db", server.db)).stderr
    assert f"tournament {tournament} is held by the server of this ledger" in sentence
    resumed = await asyncio.to_thread(arena, "tournament", "resume", tournament, "--server", server.address)
    assert (resumed.returncode, "over, 3 sets, 240 matches" in resumed.stdout) == (0, True)
    await playing
    with server.ledger() as ledger:
        after = outcome(ledger, tournament)
    assert after.pairings == before.pairings
    assert Counter(after.matches).most_common(1)[0][1] == 1
    assert set(before.matches) <= set(after.matches)


async def test_a_killed_or_stopped_server_goes_on_with_its_event_with_the_same_pairings_and_every_match_once(
    own_server: Server,
) -> None:
    names = ("k1", "k2")
    tournament = submit(own_server, event("Killed", *map(remote, names), bot("k3"), deals=60, cycles=2))
    notes, clients = Notes(), [client_of(own_server) for _ in names]
    for client, name in zip(clients, names, strict=True):
        client.join(KUHN, notes.agent, name=name, tournament=tournament, seats=2)
    playing = asyncio.create_task(play(*clients, seconds=120.0))
    before = []
    for landed, end in ((20, own_server.kill), (200, own_server.stop)):
        await notes.until(lambda landed=landed: len(notes.ended) > landed)  # type: ignore[misc]
        await asyncio.to_thread(end)
        with own_server.ledger() as ledger:
            before.append(outcome(ledger, tournament))
        await asyncio.to_thread(own_server.start)
    summaries = await playing
    assert await asyncio.to_thread(await_end, own_server, tournament) == "over"
    with own_server.ledger() as ledger:
        after = outcome(ledger, tournament)
        assert ledger.verify().ok
        assert ledger.tournaments.forfeits(tournament) == {}
    assert before[0].pairings == before[1].pairings == after.pairings
    assert set(before[0].matches) < set(before[1].matches) < set(after.matches)
    assert Counter(after.matches).most_common(1)[0][1] == 1
    assert len(after.matches) == 6 * 120
    assert [summary.matches + summary.unseen for summary in summaries] == [480, 480]


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        (event("E1", bot("a"), bot("b", "some.module:Agent")), UnknownAgent, "unknown agent 'some.module:Agent'"),
        (event("E2", bot("a"), bot("b", "agents.py:Agent")), UnknownAgent, "unknown agent 'agents.py:Agent'"),
        (event("E3", bot("a")), BadEvent, "there is 1 entrant"),
        (event("E4", bot("a"), bot("b"), cycles=900_000_000), BadEvent, "at most 100000 can be scheduled"),
        (event("E5", bot("a"), bot("b")) + "#" * MAX_EVENT_BYTES, TooLarge, "an event file has at most 262144 bytes"),
        (event("E6", bot("a"), bot("b"), more="oops = 1"), BadEvent, "has no key 'oops'"),
        (event("E7", bot("a"), remote("b"), more="duplicate = true"), BadEvent, "see both hands of a deal"),
    ],
)
def test_an_event_that_cannot_be_held_is_refused_and_not_stored(
    server: Server, text: str, error: type[ArenaError], sentence: str
) -> None:
    with Remote(server.address) as calls:
        known = [line.tournament for line in calls.tournaments()]
        with pytest.raises(ArenaError, match=sentence) as refused:
            calls.submit(text)
        assert refused.value.code == error.code
        assert [line.tournament for line in calls.tournaments()] == known


async def test_a_file_that_was_changed_or_is_not_over_is_told(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "changing.toml"
    file.write_text(event("Changing", remote("c1"), remote("c2")))
    there = "--server", server.address
    assert arena("tournament", "status", str(file), *there).stderr.count("was never submitted to")
    started = arena_json("tournament", "run", str(file), "--detach", *there)
    assert started == {"tournament": "changing-1", "state": "running"}
    assert arena_json("tournament", "status", str(file), *there)["tournament"] == "changing-1"
    assert "changing-1 of this name is not over" in arena("tournament", "run", str(file), *there).stderr
    assert "changing-1 is being held" in arena("tournament", "resume", "changing-1", *there).stderr
    file.write_text(event("Changing", remote("c1"), remote("c2"), deals=9))
    sentence = arena("tournament", "stop", str(file), *there).stderr
    assert "changing.toml was changed since tournament changing-1 began" in sentence
    anew = arena_json("tournament", "run", str(file), "--new", "--detach", *there)
    assert anew["tournament"] == "changing-2"
    for tournament in ("changing-1", "changing-2"):
        assert arena_json("tournament", "stop", tournament, *there)["state"] == "stopped"
    assert "there is no tournament 'nothing-1'" in arena("tournament", "status", "nothing-1", *there).stderr


@pytest.mark.parametrize(
    ("name", "how", "sentence"),
    [
        ("stranger", {}, "has no entrant 'stranger'; there is v1, v2, v3"),
        ("v3", {}, "v3 plays tournament visitors-1 in the server's own workers"),
        ("v1", {"version": "2"}, "v1 is in tournament visitors-1 as version '1', not '2'"),
        ("v1", {"version": "1", "matches": 5}, "a tournament says itself how many matches there are"),
        ("v2", {"options": {"players": 3}}, "tournament visitors-1 is played in openspiel/kuhn_poker"),
        ("v2", {"tournament": "nothing-7"}, "no tournament 'nothing-7' is held here"),
    ],
)
async def test_who_is_no_entrant_is_told_why(server: Server, name: str, how: dict[str, object], sentence: str) -> None:
    with Remote(server.address) as calls:
        if not any(line.tournament == "visitors-1" for line in calls.tournaments()):
            calls.submit(event("Visitors", remote("v1", 'version = "1"'), remote("v2"), bot("v3")))
    client = client_of(server)
    client.join(KUHN, RandomAgent, name=name, **{"tournament": "visitors-1", **how})  # type: ignore[arg-type]
    with pytest.raises(BadRequest, match=sentence):
        await play(client)


def granted(folder: Path) -> Sequence[str]:
    with Ledger.open(f"sqlite:///{folder / 'arena.db'}") as ledger:
        ledger.agents.register("owned", "ann")  # type: ignore[arg-type]
        tokens = ledger.tokens
        return [
            tokens.create("host", ["admin"]),
            tokens.create("ann", ["play", "watch"]),
            tokens.create("bob", ["play", "watch"]),
        ]


async def test_only_admins_hold_events_and_only_the_named_or_first_owner_takes_a_place(tmp_path: Path) -> None:
    admin, ann, bob = granted(tmp_path)
    with serving(tmp_path) as server:
        text = event("Guarded", remote("anns", 'owner = "ann"'), remote("free"), deals=30)
        with pytest.raises(Forbidden, match="only admins hold tournaments here"):
            submit(server, text, ann)
        with pytest.raises(NameTaken, match="the name owned belongs to an agent's owner here"):
            submit(server, event("Stolen", bot("owned"), bot("other")), admin)
        tournament = submit(server, text, admin)
        for token in (ann, bob):
            with Remote(server.address, token=token) as calls, pytest.raises(Forbidden):
                calls.stop(tournament)
        thief = client_of(server, bob)
        thief.join(KUHN, RandomAgent, name="anns", tournament=tournament)
        with pytest.raises(ArenaError, match="the place of anns in tournament guarded-1 is another owner's"):
            await play(thief)
        both, notes = [client_of(server, ann), client_of(server, bob)], Notes()
        both[0].join(KUHN, RandomAgent, name="anns", tournament=tournament)
        both[1].join(KUHN, notes.agent, name="free", tournament=tournament)
        playing = asyncio.create_task(play(*both))
        await notes.until(lambda: bool(notes.ended))
        second = client_of(server, ann)
        second.join(KUHN, RandomAgent, name="free", tournament=tournament)
        with pytest.raises(Forbidden, match="the place of free"):
            await play(second)
        assert [summary.matches for summary in await playing] == [60, 60]
        assert await asyncio.to_thread(await_end, server, tournament, ann) == "over"
