"""A plugin can spoil only its own matches: each kind of fault in a real worker, beside matches that are well."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from arena.core.errors import ErrorCode, Fault
from arena.core.match import Cause, MatchPlan, MatchResult
from arena.core.values import Seat
from arena.match import messages as m
from arena.match.pool import WorkerPool
from arena.match.table import Table
from arena.plugin.registry import Registry
from tests.match.conftest import Remote, plan_of, trouble_ref

GOOD = [f"good-{i}" for i in range(4)]


def expected(plan: MatchPlan) -> MatchResult:
    """How `Remote`'s answers play out in this process."""
    table = Table(Registry().make_game(plan.game), plan)
    while not table.over:
        (seat,) = table.open_seats
        table.submit(Seat(seat), (table.step_number + seat) % 9)
        table.step()
    return table.result()


SAID = {
    "raise": "the game trouble/sum raised RuntimeError",
    "hang": "the game trouble/sum hung: one call took longer than 1 s",
    "exit": "the game trouble/sum ended its process with exit code 3",
    "segfault": "the game trouble/sum crashed its process (SIGSEGV)",
    "kill": "the game trouble/sum was running when its process was killed, perhaps for want of memory",
    "memory": "the game trouble/sum needed more memory than its worker may have",
    "sysexit": "the game trouble/sum raised SystemExit",
    "huge": "the game gave a value that cannot be recorded, such as a number of more than 64 bits",
    "nan": "trouble/sum gave seat 0 a score or metric that is no proper number",
}


async def test_each_fault_voids_its_own_match_only(remote: Remote) -> None:
    for name in GOOD:
        remote.open(plan_of(name, trouble_ref()))
    for fault in SAID:
        remote.open(plan_of(fault, trouble_ref(fault=fault)))
    await remote.finish()
    assert {match: failed.reason for match, failed in remote.failures.items()} == SAID
    assert {failed.code for failed in remote.failures.values()} == {ErrorCode.GAME_FAULT}
    assert remote.digests() == {name: expected(plan_of(name, trouble_ref())).play_digest() for name in GOOD}


@pytest.mark.parametrize("fault", ["print", "fork"])
async def test_harmless_fault_spoils_nothing(remote: Remote, fault: str, tmp_path: Path) -> None:
    for name in GOOD:
        remote.open(plan_of(name, trouble_ref(fault=fault)))
    await remote.finish()
    assert sorted(remote.results) == GOOD
    for name in GOOD:
        assert remote.results[name].moves == expected(plan_of(name, trouble_ref())).moves
    if fault == "print":
        assert b"printed by a game" in (tmp_path / "output.log").read_bytes()


async def test_matches_go_on_from_their_records_after_kill(remote: Remote, pool: WorkerPool) -> None:
    stopped: list[m.Asked] = []
    remote.on_asked = lambda asked: stopped.append(asked) if asked.step == 3 else remote.act(asked)
    for name in GOOD:
        remote.open(plan_of(name, trouble_ref()))
    await remote.until(lambda: len(stopped) == len(GOOD))
    (before,) = pool.pids
    os.kill(before, signal.SIGKILL)
    await remote.until(lambda: len(stopped) == 2 * len(GOOD))
    assert pool.pids != [before]
    remote.on_asked = None
    for asked in stopped[len(GOOD) :]:
        remote.act(asked)
    await remote.finish()
    assert remote.digests() == {name: expected(plan_of(name, trouble_ref())).play_digest() for name in GOOD}
    for name in GOOD:
        assert [opened.parties for opened in remote.of(m.Opened, name)] == [[0, 1]] * 2
        assert [took.step for took in remote.of(m.Took, name)] == list(range(6))


async def test_answer_on_its_way_to_a_killed_worker_is_not_lost(remote: Remote, pool: WorkerPool) -> None:
    def kill_then_answer(asked: m.Asked) -> None:
        if asked.step == 3 and pool.pids == first:
            os.kill(pool.pids[0], signal.SIGKILL)
        remote.act(asked)

    first = list(pool.pids)
    remote.on_asked = kill_then_answer
    remote.open(plan_of("match", trouble_ref()))
    await remote.finish()
    assert remote.digests() == {"match": expected(plan_of("match", trouble_ref())).play_digest()}
    assert [asked.step for asked in remote.of(m.Asked, "match")] == [0, 1, 2, 3, 3, 4, 5]


async def test_answer_that_comes_before_the_next_worker_asks_is_played_once(remote: Remote, pool: WorkerPool) -> None:
    stopped: list[m.Asked] = []
    remote.on_asked = lambda asked: stopped.append(asked) if asked.step == 3 else remote.act(asked)
    remote.open(plan_of("match", trouble_ref()))
    await remote.until(lambda: len(stopped) == 1)
    os.kill(pool.pids[0], signal.SIGKILL)
    early = asyncio.create_task(_answer_until(remote, stopped))
    await remote.until(lambda: len(stopped) == 2)
    remote.on_asked = None
    remote.act(stopped[1])
    await early
    await remote.finish()
    assert [took.step for took in remote.of(m.Took, "match")] == list(range(6))
    assert remote.digests() == {"match": expected(plan_of("match", trouble_ref())).play_digest()}


async def _answer_until(remote: Remote, stopped: list[m.Asked]) -> None:
    """Answer at every turn of the loop from the death of a worker until the next one asks."""
    while len(stopped) == 1:
        remote.act(stopped[0])
        await asyncio.sleep(0)


async def test_refusals_are_counted_on_after_a_worker_died(remote: Remote, pool: WorkerPool) -> None:
    def answer(match: str, seat: int, step: int) -> Any:
        return 1 if seat else "no number"

    def refuse_then_kill(asked: m.Asked) -> None:
        remote.act(asked)
        if asked.seat == 0 and pool.pids == first:
            asyncio.get_running_loop().create_task(kill_once_refused())

    async def kill_once_refused() -> None:
        await remote.until(lambda: bool(remote.of(m.Refused, "match")))
        os.kill(first[0], signal.SIGKILL)

    first = list(pool.pids)
    remote.answer = answer
    remote.on_asked = refuse_then_kill
    remote.open(plan_of("match", trouble_ref()))
    await remote.until(lambda: len(remote.of(m.Refused, "match")) == 2)
    remote.act(remote.of(m.Asked, "match")[-1])
    await remote.finish()
    assert [seat.refusals for seat in remote.results["match"].seats] == [3, 0]
    assert [seat.cause for seat in remote.results["match"].seats] == [Cause.ILLEGAL, Cause.RULES]


async def test_bad_entry_is_said_in_its_own_words(remote: Remote) -> None:
    remote.open(plan_of("match", trouble_ref(), entry="bad"))
    await remote.finish()
    assert remote.failures["match"] == m.Failed("match", ErrorCode.BAD_ENTRY, "this entry is bad; bring another")


async def test_culprit_among_states_stepped_together_is_found(remote: Remote) -> None:
    good, bad = trouble_ref("trouble/together"), trouble_ref("trouble/together", fault="exit")
    for name in GOOD:
        remote.open(plan_of(name, good))
    remote.open(plan_of("bad", bad))
    await remote.finish()
    assert remote.failures["bad"].reason == "the game trouble/together ended its process with exit code 3"
    assert sorted(remote.results) == GOOD


async def test_states_stepped_together_fail_apart(remote: Remote) -> None:
    remote.answer = lambda match, seat, step: 9 if (match, step) == ("bad", 2) else 1
    for name in (*GOOD, "bad"):
        remote.open(plan_of(name, trouble_ref("trouble/together")))
    await remote.finish()
    assert {match: f.reason for match, f in remote.failures.items()} == {"bad": "nine is too much"}
    assert sorted(remote.results) == GOOD


async def test_pool_whose_workers_cannot_start_says_so(tmp_path: Path) -> None:
    pool = WorkerPool("tests.match.nowhere:CODEC", output=tmp_path / "output.log")
    with pytest.raises(Fault, match="the match workers do not start"):
        await pool.start(2)
    assert b"No module named 'tests.match.nowhere'" in (tmp_path / "output.log").read_bytes()
    with pytest.raises(Fault, match="the match workers do not start"):
        pool.open(plan_of("match", trouble_ref()), {})


async def test_reporting_twice_what_a_follower_choked_on_is_avoided(remote: Remote, pool: WorkerPool) -> None:
    take, choked = pool.on_reports, []

    def choke(reports: list[m.Report]) -> None:
        take(reports)
        if not choked:
            choked.append(reports)
            raise RuntimeError("on purpose")

    pool.on_reports = choke
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    remote.open(plan_of("match", trouble_ref()))
    await remote.finish()
    assert [took.step for took in remote.of(m.Took, "match")] == list(range(6))
