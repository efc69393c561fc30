"""Agents that live in the worker bear what they do, alone: at loading, while waiting, when told how it ended."""

import asyncio
from itertools import pairwise

import pytest

from arena.core.errors import AgentFault
from arena.core.game import ClockSpec
from arena.core.match import Cause, MatchResult
from arena.match.answers import why
from arena.match.pool import WorkerPool
from tests.match.conftest import Remote, plan_of, trouble_ref

HERE = "tests.match.misbehaving:"
THREE, ASYNC_THREE = f"{HERE}Three", f"{HERE}AsyncThree"


def causes(result: MatchResult) -> list[Cause]:
    assert not result.void
    return [seat.cause for seat in result.seats]


async def played(pool: WorkerPool, *casts: tuple[str, str], clock: ClockSpec | None = None) -> list[MatchResult]:
    """The matches of one set, each with agents of its own."""
    plans = [plan_of(f"m{i}", trouble_ref(), cast, clock) for i, cast in enumerate(casts)]
    return await asyncio.wait_for(pool.play(plans), 60)


@pytest.mark.parametrize("agent", ["EndExits", "EndHangs", "EndQuits"])
async def test_loser_cannot_spoil_its_match_when_told_the_outcome(pool: WorkerPool, agent: str) -> None:
    results = await played(pool, (f"{HERE}{agent}", THREE), (THREE, THREE))
    assert [causes(result) for result in results] == [[Cause.RULES] * 2] * 2
    assert [seat.rank for seat in results[0].seats] == [2, 1]
    (after,) = await played(pool, (THREE, THREE))
    assert causes(after) == [Cause.RULES] * 2


async def test_loser_beside_a_remote_seat_cannot_spoil_its_match_either(remote: Remote) -> None:
    remote.answer = lambda match, seat, step: 9
    remote.open(plan_of("match", trouble_ref(), (None, f"{HERE}EndExits")), remote=[0])
    await remote.finish()
    remote.open(plan_of("after", trouble_ref(), (None, THREE)), remote=[0])
    await remote.finish()
    assert remote.failures == {}
    assert [seat.rank for seat in remote.results["match"].seats] == [1, 2]
    assert causes(remote.results["match"]) == causes(remote.results["after"]) == [Cause.RULES] * 2


@pytest.mark.parametrize(
    ("agent", "cause"),
    [("AsyncQuits", Cause.DISCONNECT), ("AsyncForever", Cause.TIMEOUT), ("AsyncBlocks", Cause.TIMEOUT)],
)
async def test_waiting_agents_are_charged_apart(pool: WorkerPool, agent: str, cause: Cause) -> None:
    culprit = f"{HERE}{agent}"
    results = await played(pool, (ASYNC_THREE, ASYNC_THREE), (ASYNC_THREE, culprit), (ASYNC_THREE, ASYNC_THREE))
    well = [Cause.RULES] * 2
    assert [causes(result) for result in results] == [well, [Cause.RULES, cause], well]


async def test_a_picture_is_no_action(pool: WorkerPool) -> None:
    (result,) = await played(pool, (THREE, f"{HERE}Painter"))
    assert causes(result) == [Cause.RULES, Cause.ILLEGAL]


async def test_waiting_agent_that_never_answers_costs_no_process(pool: WorkerPool) -> None:
    before = list(pool.pids)
    (result,) = await played(pool, (ASYNC_THREE, f"{HERE}AsyncForever"))
    assert causes(result) == [Cause.RULES, Cause.TIMEOUT]
    assert pool.pids == before


@pytest.mark.parametrize("agent", ["LoadRaises", "LoadExits"])
async def test_agent_that_does_not_load_loses_its_matches(pool: WorkerPool, agent: str) -> None:
    results = await played(pool, (THREE, f"{HERE}{agent}"), (f"{HERE}{agent}", THREE))
    faults = [Cause.RULES, Cause.DISCONNECT]
    assert [causes(result) for result in results] == [faults, faults[::-1]]


@pytest.mark.parametrize(
    ("agent", "sentence"),
    [
        ("BadLogprobs", "the provenance's logprobs must be 0 numbers, one a completion token, or none at all"),
        ("BadToken", "the provenance's completion_token_ids must be whole numbers from 0 to 4294967295"),
        ("BadReasoning", "the provenance's reasoning must be a text of valid Unicode"),
        ("NoProvenance", "beside the action stands something that is no Provenance"),
    ],
)
async def test_unfit_provenance_is_a_refused_answer(pool: WorkerPool, agent: str, sentence: str) -> None:
    (result,) = await played(pool, (THREE, f"{HERE}{agent}"))
    assert causes(result) == [Cause.RULES, Cause.ILLEGAL]
    assert result.seats[1].refusals == 3
    (noted,) = result.provenance.values()
    assert {(refusal.reason, refusal.sent) for refusal in noted.refused} == {(sentence, "3")}


async def test_match_goes_on_with_defaults_for_one_that_is_refused_too_often(pool: WorkerPool) -> None:
    plan = plan_of("m", trouble_ref(forfeit="plays default"), (THREE, f"{HERE}Illegal"))
    (result,) = await asyncio.wait_for(pool.play([plan]), 60)
    assert causes(result) == [Cause.RULES] * 2
    ruled = [move.cause for move in result.moves if move.seat == 1]
    assert ruled == [Cause.ILLEGAL] * result.seats[1].defaults != []


@pytest.mark.parametrize("agent", ["Thinking", "AsyncThinking"])
async def test_bank_pays_for_what_a_decision_takes_too_long(pool: WorkerPool, agent: str) -> None:
    clock = ClockSpec(decision=0.05, bank=100.0)
    (result,) = await played(pool, (THREE, f"{HERE}{agent}"), clock=clock)
    assert causes(result) == [Cause.RULES] * 2
    seen = [tuple(map(float, note.reasoning.split())) for note in result.provenance.values()]
    assert [decision for decision, _ in seen] == [0.05] * 3
    banks = [bank for _, bank in seen]
    assert banks[0] == 100.0
    assert all(before - after >= 0.049 for before, after in pairwise(banks))


@pytest.mark.parametrize("agent", ["Thinking", "AsyncThinking"])
async def test_empty_bank_loses_the_decision_but_no_process(pool: WorkerPool, agent: str) -> None:
    before = list(pool.pids)
    (result,) = await played(pool, (THREE, f"{HERE}{agent}"), clock=ClockSpec(decision=0.05, bank=0.01))
    assert causes(result) == [Cause.RULES, Cause.TIMEOUT]
    assert pool.pids == before


@pytest.mark.parametrize("agent", ["Thinking", "AsyncThinking"])
async def test_cap_loses_a_decision_however_full_the_bank_is_but_the_first_has_its_own(
    pool: WorkerPool, agent: str
) -> None:
    clock = ClockSpec(decision=0.0, bank=1e5, cap=0.01, first_cap=1e5)
    (result,) = await played(pool, (THREE, f"{HERE}{agent}"), clock=clock)
    assert causes(result) == [Cause.RULES, Cause.TIMEOUT]
    assert [move.action is None for move in result.moves if move.seat == 1] == [False, True]


@pytest.mark.parametrize("agent", ["Thinking", "AsyncThinking"])
async def test_match_out_of_time_is_lost_by_the_seat_that_used_most_of_it(pool: WorkerPool, agent: str) -> None:
    (result,) = await played(pool, (f"{HERE}{agent}", THREE), clock=ClockSpec(decision=50, bank=50, match=0.15))
    assert causes(result) == [Cause.TIMEOUT, Cause.RULES]


def test_an_agent_that_says_what_is_wrong_is_heard_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    assert why(AgentFault("the model in 'x' cannot be loaded")) is Cause.DISCONNECT
    assert why(KeyError("card")) is Cause.DISCONNECT
    told, raised = caplog.records
    assert told.getMessage() == "the model in 'x' cannot be loaded: charged to the agent as a disconnect"
    assert (told.exc_info, raised.exc_info is None) == (None, False)


async def test_void_match_of_a_set_says_when_it_was(pool: WorkerPool) -> None:
    for fault in ("exit", "raise", "odd"):
        (result,) = await pool.play([plan_of(fault, trouble_ref(fault=fault), (THREE, THREE))])
        assert result.void
        assert 1_600_000_000_000 < result.started_ms <= result.ended_ms
