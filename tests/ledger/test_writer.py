"""The writer's pace, and what it remembers from one transaction to the next."""

from collections.abc import Iterator
from concurrent.futures import wait
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Event

import pytest
from sqlalchemy import Engine

from arena.core.match import MatchResult, SetPlan
from arena.ledger import Ledger, SetState, tail
from arena.ledger.signing import HEADS
from arena.ledger.writer import GROUP, Writer
from tests.ledger.samples import GAME, result, results, set_plan

NEVER = 3600.0
"""A pace in seconds that no test lasts for."""


class Stop:
    """A clock that holds whoever asks first till `go`: the writer's thread, in the midst of its first transaction."""

    def __init__(self) -> None:
        self.reached, self.go = Event(), Event()

    def __call__(self) -> int:
        self.reached.set()
        assert self.go.wait(30)
        return 0


@pytest.fixture
def slow(ledger: Ledger, engine: Engine, state: Path) -> Iterator[Writer]:
    """A writer that would wait an hour for its next group: its last one had several appends."""
    stop, plan = Stop(), set_plan(3)
    writer = Writer(engine, state, stop, NEVER)
    first, *others = results(plan)
    futures = [writer.append(plan, [first])]
    assert stop.reached.wait(30)
    futures += [writer.append(plan, [match]) for match in others]
    stop.go.set()
    assert not wait(futures, 30).not_done
    yield writer
    writer.close()


def void(plan: SetPlan, ordinal: int, match_id: str) -> MatchResult:
    """An attempt that came to nothing, so that it has no seats."""
    return replace(result(plan, ordinal, void="hung", match_id=match_id), seats=[])


def test_lone_appends_never_wait_for_the_pace(ledger: Ledger, engine: Engine, state: Path) -> None:
    writer = Writer(engine, state, lambda: 0, NEVER)
    for _ in range(3):
        plan = set_plan(1)
        assert writer.append(plan, results(plan)).result(30).state is SetState.FINISHED
    writer.close()


def test_under_load_appends_wait_for_one_another(slow: Writer, state: Path) -> None:
    before = len((state / HEADS).read_bytes().splitlines())
    plan = set_plan(20)
    futures = [slow.append(plan, [match]) for match in results(plan)]
    slow.flush()
    assert all(future.done() for future in futures)
    assert len((state / HEADS).read_bytes().splitlines()) == before + 1


def test_a_full_group_does_not_wait_for_the_pace(slow: Writer) -> None:
    plan = set_plan(GROUP)
    futures = [slow.append(plan, [match]) for match in results(plan)]
    assert not wait(futures, 30).not_done


def test_close_does_not_wait_for_the_pace(slow: Writer) -> None:
    plan = set_plan(2)
    futures = [slow.append(plan, [match]) for match in results(plan)]
    slow.close()
    assert all(future.done() for future in futures)


@pytest.mark.parametrize("reopened", [False, True])
@pytest.mark.parametrize("ordinal", [0, 1])
def test_a_set_with_a_match_void_twice_is_void_however_its_matches_land(
    ledger: Ledger, url: str, state: Path, ordinal: int, reopened: bool
) -> None:
    plan = set_plan()
    matches = [void(plan, ordinal, "v1"), void(plan, ordinal, "v2"), result(plan, 1 - ordinal)]
    states = []
    for match in matches:
        with Ledger.open(url, state) as other:
            states.append((other if reopened else ledger).append(plan, [match]).result(30).state)
    assert states == [SetState.OPEN, SetState.OPEN, SetState.VOID]
    assert list(ledger.ladder_sets(GAME.rated_id)) == []
    assert ledger.verify().chain_ok


def test_one_void_counts_once_however_many_matches_come_with_it(ledger: Ledger) -> None:
    plan = set_plan(600)
    first, second = void(plan, 0, "v1"), void(plan, 0, "v2")
    ledger.append(plan, [first]).result(30)
    others = [result(plan, ordinal) for ordinal in range(1, 600)]
    assert ledger.append(plan, [first, *others, result(plan, 0)]).result(30).state is SetState.FINISHED
    assert ledger.append(plan, [second]).result(30).state is SetState.FINISHED
    assert ledger.verify().chain_ok


@pytest.mark.parametrize("remembered", [0, 2, tail.REMEMBERED])
def test_writers_that_take_turns_see_what_the_others_wrote(
    ledger: Ledger, url: str, state: Path, monkeypatch: pytest.MonkeyPatch, remembered: int
) -> None:
    monkeypatch.setattr(tail, "REMEMBERED", remembered)
    random = Random(remembered)
    plans = [set_plan(3) for _ in range(6)]
    commands = [(plan, match) for plan in plans for match in [void(plan, 1, f"{plan.set_id}/v"), *results(plan)]]
    with Ledger.open(url, state) as other:
        for plan, match in [*random.sample(commands, len(commands)), *random.sample(commands, 8)]:
            random.choice([ledger, other]).append(plan, [match]).result(30)
    found = ledger.verify()
    assert (found.chain_ok, found.results, found.unsigned) == (True, len(commands), 0), found.reason
    assert {one.set_id for one in ledger.ladder_sets(GAME.rated_id)} == {plan.set_id for plan in plans}
