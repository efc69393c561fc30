"""Agents that live in the worker: what they raise, hang at or return is charged to them, never to the game."""

import asyncio

import pytest

from arena.core.errors import BadOption, UnknownGame
from arena.core.game import ClockSpec
from arena.core.match import Cause, MatchResult
from arena.core.values import MatchId, Seat
from arena.match import messages as m
from arena.match.pool import WorkerPool
from tests.match.conftest import TEXT, Remote, plan_of, trouble_ref

FAULTS = [
    ("raising", Cause.DISCONNECT),
    ("exiting", Cause.DISCONNECT),
    ("hanging", Cause.TIMEOUT),
    ("slow", Cause.TIMEOUT),
    ("resigning", Cause.RESIGNED),
    ("absent", Cause.UNAVAILABLE),
    ("illegal", Cause.ILLEGAL),
    ("garbage", Cause.ILLEGAL),
]


def causes(result: MatchResult) -> list[Cause]:
    assert not result.void
    return [seat.cause for seat in result.seats]


async def test_fault_is_charged_to_the_agent_in_a_set(pool: WorkerPool) -> None:
    agents = [agent for agent, _ in FAULTS for agent in (agent, "steady")]
    plans = [plan_of(f"m{i}", trouble_ref(), ("trouble:steady", f"trouble:{a}")) for i, a in enumerate(agents)]
    results = await asyncio.wait_for(pool.play(plans), 60)
    assert [result.plan for result in results] == plans
    assert [causes(result) for result in results[::2]] == [[Cause.RULES, cause] for _, cause in FAULTS]
    for result in results[1::2]:
        assert causes(result) == [Cause.RULES, Cause.RULES]
        assert len(result.moves) == 6


async def test_fault_is_charged_to_the_agent_beside_a_remote_seat(remote: Remote) -> None:
    for agent, _ in FAULTS:
        remote.open(plan_of(agent, trouble_ref(), (None, f"trouble:{agent}")), remote=[0])
    await remote.finish()
    assert {a: causes(r) for a, r in remote.results.items()} == {a: [Cause.RULES, cause] for a, cause in FAULTS}


async def test_dead_agent_is_not_called_again_where_defaults_are_played(remote: Remote) -> None:
    ref = trouble_ref(forfeit="plays default")
    defaults = {"hanging": 2, "exiting": 2, "raising": 3}
    for agent in defaults:
        remote.open(plan_of(agent, ref, (None, f"trouble:{agent}")), remote=[0])
    await remote.finish()
    assert all(causes(result) == [Cause.RULES, Cause.RULES] for result in remote.results.values())
    assert {agent: result.seats[1].defaults for agent, result in remote.results.items()} == defaults


async def test_waiting_agents_play_and_batch_agents_see_all_their_decisions(pool: WorkerPool) -> None:
    waiting = [plan_of(f"w{i}", trouble_ref(), ("trouble:waiting", "trouble:waiting")) for i in range(3)]
    together = [plan_of(f"t{i}", trouble_ref(), ("trouble:together", "trouble:together")) for i in range(5)]
    results = await pool.play([*waiting])
    assert [[move.action for move in result.moves] for result in results] == [[3] * 6] * 3
    results = await pool.play([*together])
    assert [[move.action for move in result.moves] for result in results] == [[5] * 6] * 5


async def test_set_is_played_again_around_the_game_that_killed_it(pool: WorkerPool) -> None:
    steady = ("trouble:steady", "trouble:steady")
    plans = [plan_of(f"m{i}", trouble_ref(fault="exit" if i == 2 else "none"), steady) for i in range(5)]
    results = await asyncio.wait_for(pool.play(plans), 30)
    assert [bool(result.void) for result in results] == [False, False, True, False, False]
    assert results[2].void == "the game trouble/sum ended its process with exit code 3"


async def test_set_with_values_that_cannot_be_recorded_loses_that_match_only(pool: WorkerPool) -> None:
    steady = ("trouble:steady", "trouble:steady")
    plans = [plan_of(f"m{i}", trouble_ref(fault="odd" if i == 1 else "none"), steady) for i in range(3)]
    results = await pool.play(plans)
    assert ["cannot be recorded" in result.void for result in results] == [False, True, False]


async def test_refusals_reach_the_remote_seat_and_end_in_a_forfeit(remote: Remote) -> None:
    remote.answer = lambda match, seat, step: 99
    remote.open(plan_of("match", trouble_ref()))
    pool = remote.pool
    await remote.until(lambda: bool(remote.of(m.Refused, "match")))
    for _ in range(2):
        pool.act(MatchId("match"), Seat(0), b"not json")
    await remote.finish()
    refusals = remote.of(m.Refused, "match")
    assert [r.reason for r in refusals] == ["99 is not a number from 0 to 9 (RULES 1)"] + ["an action is JSON"] * 2
    assert remote.of(m.Took, "match") == [m.Took("match", 0, 0, None, "illegal")]
    assert remote.results["match"].seats[0].refusals == 3


async def test_stale_answers_and_rulings_disturb_nothing(remote: Remote) -> None:
    remote.on_asked = lambda asked: None
    remote.open(plan_of("match", trouble_ref()))
    await remote.until(lambda: bool(remote.of(m.Asked, "match")))
    remote.pool.act(MatchId("match"), Seat(1), b"1")
    remote.pool.rule(MatchId("match"), Seat(1), Cause.TIMEOUT)
    remote.pool.act(MatchId("elsewhere"), Seat(1), b"1")
    await remote.until(lambda: bool(remote.of(m.Refused, "match")))
    assert remote.of(m.Took, "match") == []
    remote.pool.ask_again(MatchId("match"), Seat(0))
    await remote.until(lambda: len(remote.of(m.Asked, "match")) == 2)
    assert remote.of(m.Asked, "match")[0] == remote.of(m.Asked, "match")[1]


async def test_ruling_and_spectating_reach_the_match(remote: Remote) -> None:
    remote.on_asked = lambda asked: remote.act(asked) if asked.step < 3 else None
    remote.open(plan_of("match", trouble_ref()))
    remote.pool.watch(MatchId("match"), TEXT)
    await remote.until(lambda: len(remote.of(m.Asked, "match")) == 4)
    remote.pool.rule(MatchId("match"), Seat(1), Cause.TIMEOUT)
    await remote.finish()
    assert causes(remote.results["match"]) == [Cause.RULES, Cause.TIMEOUT]
    assert len(remote.of(m.Viewed, "match")) == 4  # none for the forfeit, which changed nothing that is public


async def test_dropped_match_is_not_heard_of_again(remote: Remote) -> None:
    remote.on_asked = lambda asked: remote.pool.drop(MatchId(asked.match)) if asked.step == 2 else remote.act(asked)
    remote.open(plan_of("dropped", trouble_ref()))
    await remote.until(lambda: any(asked.step == 2 for asked in remote.of(m.Asked, "dropped")))
    heard = len(remote.seen)
    remote.plans.clear()
    remote.on_asked = None
    remote.open(plan_of("next", trouble_ref()))
    await remote.finish()
    assert [r for r in remote.seen[heard:] if not isinstance(r, m.Described) and r.match == "dropped"] == []  # type: ignore[union-attr]


async def test_match_goes_on_from_moves_of_another_life(remote: Remote) -> None:
    remote.open(plan_of("match", trouble_ref()))
    await remote.finish()
    whole = remote.results.pop("match")
    remote.seen.clear()
    remote.open(plan_of("match", trouble_ref()), moves=whole.moves[:4])
    await remote.finish()
    assert remote.results["match"].play_digest() == whole.play_digest()
    assert [took.step for took in remote.of(m.Took, "match")] == [4, 5]


async def test_games_are_described_and_listed(pool: WorkerPool) -> None:
    ref, spec = await pool.describe("trouble/sum", {"turns": 9})
    assert (ref.rated_id, spec.id, spec.seats) == ("trouble/sum?turns=9", "trouble/sum", 2)
    assert spec.clock == ClockSpec()
    with pytest.raises(UnknownGame, match="unknown game 'trouble/none'"):
        await pool.describe("trouble/none")
    with pytest.raises(BadOption, match="option turn"):
        await pool.describe("trouble/sum", {"turn": -1})
    with pytest.raises(BadOption, match="cannot be sent"):
        await pool.describe("trouble/sum", {"turn": 10**30})
    rows = {row.id: row for row in await pool.list_games()}
    assert rows["trouble/sum"].available
