"""kill -9 of the server with matches in flight, again and again: no announced result is lost or counted twice, and what
was live goes on from its record. Test 1 of the reliability tests; `make chaos` runs it in full size."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from arena.client import Client, JoinSummary
from arena.core.match import Cause, Move
from arena.core.values import Seat
from arena.ledger import Ledger
from arena.match.replay import mismatch
from arena.plugin.registry import Registry
from arena.rating import ladder
from arena.server.journal import read_journal
from arena.server.snapshot import OpenMatch
from tests.e2e.clients import Notes, client_of
from tests.e2e.serving import Server, serving

GAME = "openspiel/tic_tac_toe"
THINKING = 0.01


@dataclass
class Round:
    """What was live when the server was killed; `back` says after how many seconds agents sat in each match again."""

    live: dict[str, OpenMatch]
    back: dict[str, float] = field(default_factory=dict)


@dataclass
class Siege:
    """A server that is killed, two owners that play on it throughout, and what was seen of it."""

    server: Server
    matches: int
    notes: Notes = field(default_factory=Notes)
    rounds: list[Round] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    def join(self) -> list["asyncio.Task[list[JoinSummary]]"]:
        """Have both owners play `matches` at once, until told to stop."""
        self.notes.pause = lambda: asyncio.sleep(THINKING)
        for name in ("ann", "bob"):
            client = client_of(self.server)
            client.join(GAME, self.notes.agent, name=name, seats=self.matches)
            self.clients.append(client)
        return [asyncio.create_task(client.run()) for client in self.clients]

    async def kill(self, after: int) -> None:
        """Kill the server once `after` more ends were announced; start it, and wait until live matches are back."""
        notes = self.notes
        target = len(notes.ended) + after
        await notes.until(lambda: len(notes.ended) >= target)
        await asyncio.to_thread(self.server.kill)
        this = Round(read_journal(self.server.folder / "arena.db.state" / "journal").matches)
        self.rounds.append(this)
        await asyncio.to_thread(self.server.start)
        await notes.until(lambda: self._are_back(this))

    def _are_back(self, this: Round) -> bool:
        """Whether each live match has its agents again, or needs none since its last move had been made."""
        up = self.server.up_since
        seated = self.notes.seated
        this.back = {match: seated[match] - up for match in this.live if seated.get(match, 0.0) > up}
        missing = this.live.keys() - this.back.keys()
        if not missing:
            return True
        with self.server.ledger() as ledger:
            return missing <= ledger.landed(missing)


async def besiege(folder: Path, matches: int, rounds: int) -> tuple[Siege, Server]:
    """Kill a server `rounds` times, then let everything come to its end."""
    with serving(folder) as server:
        siege = Siege(server, matches)
        playing = siege.join()
        for number in range(rounds):
            await siege.kill(after=matches // 2 + number)
        for client in siege.clients:
            client.stop()
        async with asyncio.timeout(120):
            await asyncio.gather(*playing)
        assert "Traceback" not in server.log
    return siege, server


def moves_of(live: OpenMatch) -> list[Move]:
    """The moves that the journal held of a match."""
    moves = [Move(m.step, Seat(m.seat), m.action, Cause(m.cause) if m.cause else None) for m in live.moves]
    return sorted(moves, key=lambda move: (move.step, move.seat))


def check_announced(siege: Siege, ledger: Ledger) -> None:
    """Every end that an agent heard of is in the ledger once, and was told to each seat once."""
    in_ledger = Counter(line.match_id for line in ledger.matches(limit=1_000_000))
    assert set(in_ledger.values()) == {1}
    told = Counter(siege.notes.ended)
    assert set(told.values()) == {1}
    assert {match for match, _ in told} <= set(in_ledger)


def check_ratings(ledger: Ledger) -> None:
    """What the ledger says of sets is what its records amount to, from the first on."""
    registry = Registry()
    game = registry.make_game(registry.ref(GAME))
    verified = ledger.verify(lambda result: b"" if mismatch(game, result) else result.play_digest())
    assert verified.chain_ok, verified.reason
    assert verified.replayed > 0
    assert not verified.mismatches
    rows = ledger.ladder(GAME)
    assert rows == ladder(ledger.ladder_sets(GAME))
    by_set: Counter[str] = Counter()
    for line in ledger.matches(limit=1_000_000):
        by_set[line.set_id] += not line.void
    assert {row.matches for row in rows} == {sum(count for count in by_set.values() if count == 2)}


def resumed_share(siege: Siege, ledger: Ledger) -> float:
    """Of the matches that were live, those that went on from the very moves the journal held; the others are void."""
    kept = 0
    live = [(match, moves_of(found)) for this in siege.rounds for match, found in this.live.items()]
    for match, moves in live:
        result = ledger.result(match)
        if not result.void:
            assert list(result.moves[: len(moves)]) == moves
            kept += 1
    return kept / len(live)


@pytest.mark.parametrize(
    ("matches", "rounds"),
    [
        pytest.param(16, 2, id="short"),
        pytest.param(200, 20, id="full", marks=[pytest.mark.chaos, pytest.mark.timeout(1200)]),
    ],
)
async def test_kill_9_loses_no_announced_result_and_live_matches_go_on(
    tmp_path: Path, matches: int, rounds: int
) -> None:
    siege, server = await besiege(tmp_path, matches, rounds)
    with server.ledger() as ledger:
        check_announced(siege, ledger)
        check_ratings(ledger)
        share = resumed_share(siege, ledger)
    took = sorted(seconds for this in siege.rounds for seconds in this.back.values())
    print(f"{len(took)} matches had agents again, the slowest after {took[-1]:.2f} s; {share:.2%} of the live went on")
    assert share >= 0.99
    assert took[-1] <= 5.0
