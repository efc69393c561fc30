"""Results go in once, as a whole, in groups; sets are completed by them."""

import os
import subprocess
import sys
from concurrent.futures import wait
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from arena.core.errors import LedgerFault, UnknownMatch
from arena.core.match import Cause, MatchResult, PartyRef
from arena.core.values import AgentName
from arena.ledger import Ledger, SetState
from arena.ledger.engine import begin
from arena.ledger.signing import HEADS
from arena.rating import SetResult
from tests.ledger.samples import ALICE, BOB, GAME, result, results, set_plan


def append(ledger: Ledger, *batch: MatchResult, plan: object = None) -> SetState:
    return ledger.append(plan, batch).result(30).state  # type: ignore[arg-type]


def ladder_sets(ledger: Ledger) -> list[SetResult]:
    return list(ledger.ladder_sets(GAME.rated_id))


def test_a_result_can_be_read_back_whole(ledger: Ledger) -> None:
    plan = set_plan()
    played = results(plan)
    receipt = ledger.append(plan, played).result(30)
    assert [ledger.result(match.plan.match_id) for match in played] == played
    record = ledger.record(played[0].plan.match_id)
    assert record.play_digest == played[0].play_digest()
    assert receipt.digests[played[0].plan.match_id] == (record.play_digest, record.record_digest)


def test_the_same_result_again_is_ignored(ledger: Ledger) -> None:
    plan = set_plan()
    played = results(plan)
    first = ledger.append(plan, played).result(30)
    again = ledger.append(plan, [*played, *played]).result(30)
    assert (first.entry, again.entry) == (0, None)
    assert again.digests == first.digests
    assert ledger.verify().results == 2


def test_every_command_three_times_in_random_order_counts_once(ledger: Ledger) -> None:
    random = Random(11)
    plans = [set_plan(random.choice([1, 2, 3])) for _ in range(60)]
    commands = [(plan, [match]) for plan in plans for match in results(plan)] * 3
    random.shuffle(commands)
    futures = [ledger.append(plan, batch) for plan, batch in commands]
    assert not wait(futures, 60).not_done
    assert all(future.exception() is None for future in futures)
    assert ledger.verify().results == sum(plan.matches for plan in plans)
    assert len(ladder_sets(ledger)) == len(plans)


def test_several_processes_append_the_same_results_once(ledger: Ledger, url: str, state: Path) -> None:
    script = Path(__file__).with_name("appender.py")
    command = [sys.executable, str(script), url, str(state), "20"]
    root = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONPATH": str(root)}
    processes = [subprocess.Popen(command, cwd=root, env=env, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    found = ledger.verify()
    assert (found.chain_ok, found.results, found.unsigned) == (True, 40, 0)
    assert len(ladder_sets(ledger)) == 20


def test_a_set_is_complete_when_its_last_match_lands(ledger: Ledger) -> None:
    plan = set_plan(3)
    states = [append(ledger, result(plan, ordinal), plan=plan) for ordinal in (2, 0, 1)]
    assert states == [SetState.OPEN, SetState.OPEN, SetState.FINISHED]
    (finished,) = ladder_sets(ledger)
    lines = [(s.agent, s.rank, s.score, s.wins) for s in finished.standings]
    assert (finished.set_id, finished.clean) == (plan.set_id, True)
    assert lines == [("alice", 1, 3.0, 3), ("bob", 2, 0.0, 0)]


@pytest.mark.parametrize("fault", [{"cause": Cause.TIMEOUT}, {"defaults": 1}])
def test_one_fault_makes_the_whole_set_unclean(ledger: Ledger, fault: dict[str, object]) -> None:
    plan = set_plan()
    append(ledger, result(plan, 0), plan=plan)
    append(ledger, result(plan, 1, **fault), plan=plan)  # type: ignore[arg-type]
    (finished,) = ladder_sets(ledger)
    assert not finished.clean
    assert {s.agent: s.errors for s in finished.standings} == {"alice": 0, "bob": 1}


def test_a_resignation_is_a_clean_loss(ledger: Ledger) -> None:
    plan = set_plan(1)
    append(ledger, result(plan, cause=Cause.RESIGNED), plan=plan)
    assert ladder_sets(ledger)[0].clean


def test_a_void_match_is_played_once_more(ledger: Ledger) -> None:
    plan = set_plan()
    assert append(ledger, result(plan, 0, void="hung", match_id="v1"), result(plan, 1), plan=plan) is SetState.OPEN
    assert append(ledger, result(plan, 0), plan=plan) is SetState.FINISHED
    assert [s.matches for s in ladder_sets(ledger)[0].standings] == [2, 2]
    assert ledger.verify().chain_ok


def test_a_set_that_is_void_twice_is_rated_nowhere(ledger: Ledger) -> None:
    plan = set_plan()
    append(ledger, result(plan, 0, void="hung", match_id="v1"), plan=plan)
    append(ledger, result(plan, 0, void="hung", match_id="v2"), plan=plan)
    assert append(ledger, result(plan, 1), plan=plan) is SetState.VOID
    assert ladder_sets(ledger) == []
    assert ledger.verify().chain_ok


def test_a_late_second_result_of_one_ordinal_is_kept_but_not_counted(ledger: Ledger) -> None:
    plan = set_plan(1)
    append(ledger, result(plan), plan=plan)
    append(ledger, result(plan, match_id="late", winner=1), plan=plan)
    (finished,) = ladder_sets(ledger)
    assert [s.score for s in finished.standings] == [1.0, 0.0]
    found = ledger.verify()
    assert (found.chain_ok, found.results) == (True, 2)


SELF_PLAY = (ALICE, ALICE)
ONE_OWNER = (ALICE, PartyRef(agent=AgentName("anna"), owner="ann"))
LOCAL = (PartyRef(agent=AgentName("a")), PartyRef(agent=AgentName("b")))
ALONE = (ALICE,)


@pytest.mark.parametrize(
    ("parties", "rated", "counts"),
    [
        ((ALICE, BOB), True, True),
        ((ALICE, BOB), False, False),
        (SELF_PLAY, True, False),
        (ONE_OWNER, True, False),
        (LOCAL, True, True),
        (ALONE, True, True),
    ],
)
def test_only_rated_cross_play_reaches_the_ladder(
    ledger: Ledger, parties: tuple[PartyRef, ...], rated: bool, counts: bool
) -> None:
    plan = set_plan(2, parties, rated=rated)
    assert append(ledger, *results(plan), plan=plan) is SetState.FINISHED
    assert bool(ladder_sets(ledger)) is counts
    assert ledger.verify().chain_ok


def test_the_ladder_is_that_of_the_finished_sets(ledger: Ledger) -> None:
    plan = set_plan()
    append(ledger, *results(plan), plan=plan)
    first, second = ledger.ladder(GAME.rated_id)
    assert (first.agent, round(first.rating, 3), first.matches) == ("alice", 29.396, 2)
    assert (second.agent, round(second.rating, 3), second.losses) == ("bob", 20.604, 2)


def test_ladder_sets_go_on_after_a_number(ledger: Ledger) -> None:
    for _ in range(3):
        plan = set_plan()
        append(ledger, *results(plan), plan=plan)
    whole = ladder_sets(ledger)
    assert list(ledger.ladder_sets(GAME.rated_id, after=whole[0].number)) == whole[1:]


def test_appends_that_wait_share_one_transaction(ledger: Ledger, engine: Engine, state: Path) -> None:
    plan = set_plan(40)
    append(ledger, result(plan, 0), plan=plan)
    with engine.connect() as blocker:
        begin(blocker)
        futures = [ledger.append(plan, [match]) for match in results(plan)]
        assert not any(future.done() for future in futures)
    assert not wait(futures, 30).not_done
    assert len((state / HEADS).read_bytes().splitlines()) <= 3
    assert ledger.verify().results == 40


def test_flush_returns_when_all_is_written(ledger: Ledger) -> None:
    plan = set_plan(20)
    futures = [ledger.append(plan, [match]) for match in results(plan)]
    ledger.flush()
    assert all(future.done() for future in futures)


def test_close_writes_what_is_queued_and_refuses_more(url: str, state: Path) -> None:
    ledger = Ledger.open(url, state)
    plan = set_plan(20)
    futures = [ledger.append(plan, [match]) for match in results(plan)]
    ledger.close()
    ledger.close()
    assert all(future.done() for future in futures)
    with pytest.raises(LedgerFault, match="the ledger is closed"):
        ledger.append(plan, results(plan))


def test_landed_tells_which_matches_are_there(ledger: Ledger) -> None:
    plan = set_plan()
    append(ledger, result(plan, 0), plan=plan)
    ids = [match.plan.match_id for match in results(plan)]
    assert ledger.landed(ids) == {ids[0]}
    assert (ledger.set_state(plan.set_id), ledger.set_state("none")) == (SetState.OPEN, None)


def test_matches_are_listed_by_game_agent_and_owner_newest_first(ledger: Ledger) -> None:
    plan, other = set_plan(), set_plan(2, (BOB, PartyRef(agent=AgentName("carol"), owner="cem")))
    append(ledger, *results(plan), plan=plan)
    append(ledger, *results(other), plan=other)
    everything = ledger.matches(game=GAME.rated_id)
    assert [line.number for line in everything] == [3, 2, 1, 0]
    assert {line.set_id for line in ledger.matches(agent="alice")} == {plan.set_id}
    assert {line.set_id for line in ledger.matches(owner="cem")} == {other.set_id}
    assert [line.number for line in ledger.matches(before=2, limit=1)] == [1]
    assert [seat.agent for seat in everything[-1].seats] == ["alice", "bob"]
    assert [(line.game, line.matches, line.ladder_sets) for line in ledger.games()] == [(GAME.rated_id, 4, 2)]


def test_an_unknown_match_is_named(ledger: Ledger) -> None:
    with pytest.raises(UnknownMatch, match="no match 'm9'"):
        ledger.result("m9")
