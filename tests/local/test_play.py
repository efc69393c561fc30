"""Local play: the same seed gives the same matches on any number of workers, and every set is told to the ledger."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import psutil
import pytest

from arena.core.errors import AgentFault, BadEntry, BadRequest, BadSeats, LedgerFault, UnknownAgent, UnknownGame
from arena.core.match import MatchResult, SetPlan
from arena.ledger import Ledger
from arena.local.play import Run, play
from arena.local.tally import as_json
from tests.match.conftest import ROOT, trouble_plugin

__all__ = ["trouble_plugin"]


BRINGER = """
from arena.agents.simple import FirstAgent
class Bringer(FirstAgent):
    @classmethod
    def entry(cls, game, config):
        raise KeyError(game)
"""
"""An agent that fails before any match can charge it."""


UNFIT = BRINGER.replace("raise KeyError(game)", "return 'what no seat may bring'")


class FakeLedger:
    """Keeps what is appended."""

    def __init__(self, error: Exception | None = None) -> None:
        self.sets: list[tuple[SetPlan, Sequence[MatchResult]]] = []
        self.error = error

    def append(self, plan: SetPlan, results: Sequence[MatchResult]) -> Future[Any]:
        self.sets.append((plan, results))
        future: Future[Any] = Future()
        if self.error:
            future.set_exception(self.error)
        else:
            future.set_result(None)
        return future

    def digests(self) -> list[bytes]:
        return sorted(result.play_digest() for _, results in self.sets for result in results)


def run_of(*agents: str, **about: Any) -> Run:
    return Run(**{"game": "trouble/sum", "agents": agents, "matches": 10, **about})


def test_same_seed_gives_the_same_matches_on_any_number_of_workers() -> None:
    ledgers = [FakeLedger(), FakeLedger(), FakeLedger()]
    for ledger, workers, seed in zip(ledgers, (1, 2, 1), (5, 5, 6), strict=True):
        play(run_of("random", "trouble:steady", matches=41, workers=workers, seed=seed), ledger)
    one, two, other = (ledger.digests() for ledger in ledgers)
    assert len(one) == 42
    assert one == two
    assert one != other


def test_report_adds_up() -> None:
    told: list[tuple[int, int]] = []
    report = play(run_of("random", "trouble:steady", deals=3), progress=lambda done, total: told.append((done, total)))
    assert told == [(6, 12), (12, 12)]
    json = as_json(report)
    assert list(json) == ["game", "matches", "seconds", "agents", "by_role", "causes"]
    assert json["matches"] == 12
    assert json["causes"] == {"rules": 24}
    for row in json["agents"]:
        assert row["wins"] + row["draws"] + row["losses"] == row["matches"] == 12
        assert row["ci95"][0] <= row["mean_score"] <= row["ci95"][1]
    assert {row["agent"] for row in json["agents"]} == {"random", "trouble:steady"}


def test_sets_of_different_agents_are_rated_and_self_play_is_not() -> None:
    cross, alone = FakeLedger(), FakeLedger()
    play(run_of("random", "first", matches=2), cross)
    play(run_of("random", matches=2), alone)
    assert [plan.rated for plan, _ in cross.sets] == [True]
    assert [plan.rated for plan, _ in alone.sets] == [False, False]


def test_nobody_owns_what_plays_here_and_the_ladder_still_tells_agents_apart(tmp_path: Path) -> None:
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        play(run_of("random", matches=2), ledger)
        assert not [*ledger.ladder_sets("trouble/sum")]
        play(run_of("random", "trouble:steady", matches=2), ledger)
        (rated,) = ledger.ladder_sets("trouble/sum")
        assert {line.agent for line in rated.standings} == {"random", "trouble:steady"}
        owners = {seat.owner for line in ledger.matches() for seat in line.seats}
        assert owners == {""}


def test_void_match_is_played_once_more_and_both_attempts_are_recorded() -> None:
    ledger = FakeLedger()
    report = play(run_of("random", matches=2, options={"fault": "raise"}), ledger)
    assert report.causes == {"void": 2}
    assert report.voids == {"the game trouble/sum raised RuntimeError": 2}
    assert report.agents == []
    for _, results in ledger.sets:
        assert [bool(result.void) for result in results] == [True, True]
        assert len({result.plan.match_id for result in results}) == 2


def test_faulty_agent_is_counted_by_its_cause() -> None:
    report = play(run_of("trouble:steady", "trouble:absent", matches=4))
    assert report.causes == {"rules": 4, "unavailable": 4}
    assert {row.agent: row.wins for row in report.agents} == {"trouble:steady": 4, "trouble:absent": 0}


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"game": "trouble/none"}, UnknownGame),
        ({"agents": ("nobody",)}, UnknownAgent),
        ({"agents": ("random", "negotiation:boulware")}, UnknownAgent),
        ({"agents": ("trouble:steady", "bringer.py:Bringer")}, AgentFault),
        ({"agents": ("random",) * 3}, BadSeats),
        ({"matches": 0}, BadRequest),
    ],
)
def test_bad_input_gets_its_error(
    wrong: dict[str, Any], error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bringer.py").write_text(BRINGER)
    with pytest.raises(error):
        play(run_of("random", **wrong) if "agents" not in wrong else run_of(**wrong))


def test_ledger_that_cannot_be_written_ends_the_run() -> None:
    with pytest.raises(LedgerFault, match="disk is full"):
        play(run_of("random", matches=5), FakeLedger(LedgerFault("the disk is full")))


def test_interrupt_leaves_no_worker_behind(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from arena.local.play import Run, play\n"
        "def progress(done, total):\n"
        "    print(done, flush=True)\n"
        "play(Run(game='trouble/sum', agents=['random'], matches=10**9, workers=2), progress=progress)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        children = psutil.Process(parent.pid).children(recursive=True)
        parent.send_signal(signal.SIGINT)
        parent.stdout.read()
        parent.wait(20)
        gone, alive = psutil.wait_procs(children, timeout=10)
    assert len(gone) == 2
    assert not alive


def test_agent_that_brings_what_no_seat_may_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    (tmp_path / "unfit.py").write_text(UNFIT)
    ledger = FakeLedger()
    with pytest.raises(BadEntry, match=r"agent .*unfit.py:Bringer: "):
        play(run_of("random", f"{tmp_path}/unfit.py:Bringer"), ledger)
    assert not ledger.sets
