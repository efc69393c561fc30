"""Games that raise, hang, exit, crash, fork and print beside games that are well: only their own matches are void.

Test 12 of the reliability tests, through a whole server.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pytest

from arena.agents.simple import FirstAgent
from arena.client import Client
from arena.core.match import MatchResult
from arena.match.messages import Failed, Report
from arena.match.pool import WorkerPool
from arena.match.replay import mismatch
from arena.plugin.registry import Registry
from arena.server.hall import Hall
from arena.server.session import Principal
from arena.testing.loopback import LoopbackTransport
from tests.e2e.clients import play
from tests.e2e.serving import install_plugin
from tests.match.trouble import STAMPS
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
GRACE = 2.0
"""Seconds that a bad match may take to be void beyond what its game may take for one call, `step_seconds`."""

SHORT = ("raise", "hang", "exit", "huge", "nan", "print", "fork")


def client_of(hall: Hall, owner: str) -> Client:
    """A client of this hall."""
    principal = Principal(owner, frozenset({"play", "watch"}))
    return Client(transport=LoopbackTransport(lambda stream: hall.play.serve(stream, principal)))


def note_voids(hall: Hall) -> dict[str, float]:
    """When each match was void, by its id and the monotonic clock, from now on."""
    voids: dict[str, float] = {}
    take = hall.pool.on_reports

    def note(reports: list[Report]) -> None:
        take(reports)
        voids.update((report.match, time.monotonic()) for report in reports if isinstance(report, Failed))

    hall.pool.on_reports = note
    return voids


def read_stamps(path: Path) -> dict[str, list[float]]:
    """When the fault of each match began, by its seed: again after a neighbour's fault had ended the worker of both."""
    begun: dict[str, list[float]] = {}
    for seed, at in map(str.split, path.read_text().splitlines()):
        begun.setdefault(seed, []).append(float(at))
    return begun


@pytest.mark.parametrize(
    ("faults", "bad", "good"),
    [
        pytest.param(SHORT, 2, 24, id="short"),
        pytest.param((*SPOILING, *HARMLESS), 50, 500, id="full", marks=[pytest.mark.chaos, pytest.mark.timeout(1800)]),
    ],
)
async def test_a_bad_plugin_spoils_its_own_matches_only_and_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faults: tuple[str, ...], bad: int, good: int
) -> None:
    path = install_plugin(tmp_path, "trouble", "tests.match.trouble")["PYTHONPATH"]
    monkeypatch.setenv("PYTHONPATH", path)
    monkeypatch.setenv(STAMPS, str(tmp_path / "stamps"))
    monkeypatch.syspath_prepend(path.partition(":")[0])
    monkeypatch.setattr("arena.server.hall.WorkerPool", partial(WorkerPool, memory_bytes=1 << 29))
    async with open_hall(tmp_path, workers=2) as hall:
        voids = note_voids(hall)
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
    stamps = read_stamps(tmp_path / "stamps")
    slowest = {fault: longest(by_fault[fault], stamps, voids) for fault in faults if fault in SPOILING}
    print("seconds from the fault to the void match:", {fault: round(took, 2) for fault, took in slowest.items()})
    check_well(by_fault["none"])
    check_replay(by_fault["none"])
    assert rated == {"ann": len(by_fault["none"]), "bob": len(by_fault["none"])}
    assert len(by_fault["none"]) >= good
    for fault in set(faults) & set(HARMLESS):
        check_well(by_fault[fault])
    for fault, took in slowest.items():
        check_void(by_fault[fault], SPOILING[fault])
        assert took <= budget_of(by_fault[fault][0]) + GRACE, fault
        if faults == SHORT and fault != "hang":  # it ends its call at once, and no neighbour takes long over its own
            assert took <= GRACE, fault


def budget_of(result: MatchResult) -> float:
    """The seconds that one call into the game of this match may take."""
    return Registry().make_game(result.plan.game).spec.step_seconds


def longest(results: Sequence[MatchResult], stamps: Mapping[str, Sequence[float]], voids: Mapping[str, float]) -> float:
    """The most seconds from a call that went wrong to the void match."""
    return max(voids[result.plan.match_id] - stamps[result.plan.seed.hex()][-1] for result in results)


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
