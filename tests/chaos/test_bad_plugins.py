"""Games that raise, hang, exit, crash, fork and print beside games that are well: only their own matches are void.

Test 12 of the reliability tests, through a whole server.
"""

import asyncio
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from arena.agents.simple import FirstAgent
from arena.client import Client
from arena.core.match import MatchResult
from arena.match.pool import WorkerPool
from arena.match.replay import mismatch
from arena.plugin.registry import Registry
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.testing.loopback import LoopbackTransport
from tests.e2e.clients import play
from tests.e2e.serving import install_plugin
from tests.server.conftest import open_hall

GAME = "trouble/sum"
SPOILING = {
    "raise": "raised RuntimeError",
    "hang": "hung: one call took longer",
    "exit": "ended its process with exit code 3",
    "segfault": "crashed its process (SIGSEGV)",
    "huge": "a value that cannot be recorded",
    "nan": "no proper number",
    "sysexit": "raised SystemExit",
    "memory": "needed more memory than its worker may have",
}
HARMLESS = ("print", "fork")
SHORT = ("raise", "hang", "exit", "huge", "nan", "print", "fork")


def client_of(hall: Hall, owner: str) -> Client:
    """A client of this hall."""
    principal = Principal(owner, frozenset({"play", "watch"}))
    return Client(transport=LoopbackTransport(lambda stream: hall.play.serve(stream, principal)))


@pytest.mark.parametrize(
    ("faults", "bad", "good"),
    [
        pytest.param(SHORT, 2, 24, id="short"),
        pytest.param((*SPOILING, *HARMLESS), 50, 500, id="full", marks=[pytest.mark.chaos, pytest.mark.timeout(1800)]),
    ],
)
async def test_a_bad_plugin_spoils_its_own_matches_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: tuple[str, ...], bad: int, good: int
) -> None:
    path = install_plugin(tmp_path, "trouble", "tests.match.trouble")["PYTHONPATH"]
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.syspath_prepend(path.partition(":")[0])
    monkeypatch.setattr("arena.server.hall.WorkerPool", partial(WorkerPool, memory_bytes=1 << 29))
    async with open_hall(tmp_path, workers=2) as hall:
        clients = [client_of(hall, owner) for owner in ("ann", "bob")]
        for owner, client in zip(("ann", "bob"), clients, strict=True):
            client.join(GAME, FirstAgent, name=owner, seats=8, matches=good)
            for fault in faults:
                client.join(GAME, FirstAgent, name=owner, options={"fault": fault}, seats=2, matches=bad)
        await play(*clients, seconds=1500)
        async with asyncio.timeout(10):
            await hall.arbiter.idle()
        results = [hall.ledger.result(line.match_id) for line in hall.ledger.matches(limit=1_000_000)]
        rated = {row.agent: row.matches for row in hall.ledger.ladder(GAME)}
        assert hall.ledger.verify().chain_ok
    by_fault: dict[str, list[MatchResult]] = {}
    for result in results:
        by_fault.setdefault(str(result.plan.game.config["fault"]), []).append(result)
    check_well(by_fault["none"])
    check_replay(by_fault["none"])
    assert rated == {"ann": len(by_fault["none"]), "bob": len(by_fault["none"])}
    assert len(by_fault["none"]) >= good
    for fault in faults:
        if fault in HARMLESS:
            check_well(by_fault[fault])
        else:
            check_void(by_fault[fault], SPOILING[fault])


def check_well(results: list[MatchResult]) -> None:
    """They ended by the rules."""
    assert results
    for result in results:
        assert not result.void
        assert {seat.cause for seat in result.seats} == {"rules"}


def check_replay(results: list[MatchResult]) -> None:
    """They replay to the same; in this process, so only for games that do no harm to theirs."""
    registry = Registry()
    for result in results:
        assert not mismatch(registry.make_game(result.plan.game), result)


def check_void(results: list[MatchResult], reason: str) -> None:
    """They are nobody's fault, say why, and each was tried twice."""
    assert results
    for result in results:
        assert reason in result.void
        assert {seat.cause for seat in result.seats} <= {"void"}
    tries = Counter((result.plan.set_id, result.plan.ordinal) for result in results)
    assert set(tries.values()) == {2}
