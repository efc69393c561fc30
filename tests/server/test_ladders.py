"""Ladders that grow as sets land: every set is counted once, whoever hangs up or fails in between."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from arena.core.agent import Provenance
from arena.ledger import Ledger
from arena.server.results import Results
from arena.v1 import results_pb2 as pb
from tests.ledger.samples import result, results, set_plan
from tests.server.test_results import ADMIN, ANN, BEN, EVE, NOBODY


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(f"sqlite:///{tmp_path / 'arena.db'}") as opened:
        yield opened


@pytest.fixture
def answers(ledger: Ledger) -> Results:
    return Results(ledger, None)  # type: ignore[arg-type]  # ladders ask nothing of live matches


def land(ledger: Ledger, sets: int) -> str:
    """Some sets; their rated id."""
    for _ in range(sets):
        plan = set_plan()
        ledger.append(plan, results(plan))
    ledger.flush()
    return plan.game.rated_id


def counted(ladder: pb.GetLadderResponse) -> set[int]:
    return {row.matches for row in ladder.rows}


async def test_a_caller_that_hangs_up_makes_no_set_count_twice(
    ledger: Ledger, answers: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = land(ledger, 1)
    await answers.ladder(game, "elo", NOBODY)
    land(ledger, 3)
    once = counted(await Results(ledger, None).ladder(game, "elo", NOBODY))  # type: ignore[arg-type]
    begun, go_on = threading.Event(), threading.Event()
    asked = ledger.ladder_sets

    def slow(game: str, after: int = -1) -> Iterator[Any]:
        for number, finished in enumerate(asked(game, after)):
            yield finished
            if not number:
                begun.set()
                assert go_on.wait(20)

    monkeypatch.setattr(ledger, "ladder_sets", slow)
    caller = asyncio.create_task(answers.ladder(game, "elo", NOBODY))
    await asyncio.to_thread(begun.wait, 20)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    second = asyncio.create_task(answers.ladder(game, "elo", NOBODY))
    await asyncio.sleep(0)
    go_on.set()
    assert counted(await second) == once


async def test_a_ladder_whose_count_failed_is_counted_anew(
    ledger: Ledger, answers: Results, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = land(ledger, 2)
    await answers.ladder(game, "elo", NOBODY)
    land(ledger, 2)
    once = counted(await Results(ledger, None).ladder(game, "elo", NOBODY))  # type: ignore[arg-type]
    asked = ledger.ladder_sets

    def failing(game: str, after: int = -1) -> Iterator[Any]:
        yield next(iter(asked(game, after)))
        raise OSError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "ladder_sets", failing)
        with pytest.raises(OSError, match="disk"):
            await answers.ladder(game, "elo", NOBODY)
    assert counted(await answers.ladder(game, "elo", NOBODY)) == once


async def test_metrics_grow_with_the_sets_and_are_those_of_the_whole_ledger(ledger: Ledger, answers: Results) -> None:
    game = land(ledger, 2)
    first = await answers.metrics(game)
    land(ledger, 3)
    grown, anew = await answers.metrics(game), await Results(ledger, None).metrics(game)  # type: ignore[arg-type]
    assert grown == anew
    assert grown.as_of_entry > first.as_of_entry
    assert {row.sets for row in grown.rows if not row.HasField("side")} == {5}
    assert (await answers.metrics("no/game")).rows == []


async def test_what_an_agent_spent_is_told_to_its_owner_and_to_admins(ledger: Ledger, answers: Results) -> None:
    plan = set_plan()
    spent = Provenance(prompt_tokens=30, completion_tokens=4, cost=0.5)
    ledger.append(plan, [result(plan, match_id="void", void="it broke", provenance={0: spent})]).result(30)
    ledger.append(plan, [result(plan, 0, provenance={0: spent, 1: spent}), result(plan, 1)]).result(30)
    told = {}
    for who in (ANN, BEN, EVE, ADMIN, NOBODY):
        rows = (await answers.ladder(plan.game.rated_id, "elo", who)).rows
        told[who.owner] = {row.agent for row in rows if row.HasField("spending")}
        assert {row.agent for row in rows} == {"alice", "bob"}
    assert told == {"ann": {"alice"}, "ben": {"bob"}, "eve": set(), "host": {"alice", "bob"}, "": set()}
    (alice,) = [row for row in (await answers.ladder(plan.game.rated_id, "elo", ANN)).rows if row.agent == "alice"]
    assert (alice.spending.prompt_tokens, alice.spending.completion_tokens, alice.spending.cost) == (30, 4, 0.5)
    assert alice.void_spending.matches == 1
