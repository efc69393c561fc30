"""At its end a run says which of its checkpoints to seat."""

import json
from pathlib import Path

import pytest

from arena.core.values import AgentName, SetId
from arena.ledger import Ledger
from arena.loops.run import Run
from arena.loops.strongest import tell_strongest
from arena.rating import Ladder, SeatLine, SetResult, standings
from tests.loops.test_run import a_run


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/arena.db") as ledger:
        yield ledger


def a_set(number: int, *scores: tuple[str, float]) -> SetResult:
    """A set of one match; whoever has the highest score wins it."""
    ranked = sorted((score for _, score in scores), reverse=True)
    lines = [SeatLine(AgentName(agent), 1 + ranked.index(score), score, False) for agent, score in scores]
    return SetResult(number, SetId(f"set{number}"), True, standings([lines]))


def concluded(run: Run, sets: list[SetResult], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a run of checkpoints 1 and 2 says at its end, when these sets are its game's."""
    told: list[str] = []
    for step in (1, 2):
        run.freeze(run.member(str(step), "random"), step=step)
    monkeypatch.setattr(run, "tell", told.append)
    monkeypatch.setattr(run.grounds.ledger, "ladder_sets", lambda game: iter(sets))
    tell_strongest(run)
    return told


def logged(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "figures.jsonl").read_text().splitlines()]


def test_the_strongest_of_a_lineage_need_not_be_its_last_nor_is_it_a_bot(tmp_path, ledger, monkeypatch):
    pairs = [("bot", "learner-1"), ("learner-1", "learner-2"), ("bot", "learner-2")] * 4
    pairs += [("bot", "learner-1"), ("learner-1", "learner-2")] * 20
    sets = [a_set(number, (winner, 1.0), (loser, 0.0)) for number, (winner, loser) in enumerate(pairs)]
    with a_run(ledger, tmp_path / "run") as run:
        told = concluded(run, sets, monkeypatch)
    ladder = Ladder().update(sets)
    rating, (low, high) = ladder.rows()[1].rating, ladder.intervals()["learner-1"]
    assert told == [f"the strongest by the ladder is learner-1, {rating:.2f} ({low:.2f} to {high:.2f})"]
    figures = {"strongest/rating": rating, "strongest/low": low, "strongest/high": high}
    assert logged(tmp_path / "run") == [{"step": 1, **figures}]


def test_it_says_how_many_may_be_as_strong(tmp_path, ledger, monkeypatch):
    with a_run(ledger, tmp_path / "run") as run:
        told = concluded(run, [a_set(0, ("learner-1", 1.0), ("learner-2", 0.0))], monkeypatch)
    assert told[0].startswith("the strongest by the ladder is learner-1, ")
    assert told[0].endswith("; 1 more may be as strong")


def test_where_nobody_meets_the_strongest_has_the_highest_mean_score(tmp_path, ledger, monkeypatch):
    sets = [a_set(0, ("learner-1", 9.68)), a_set(1, ("learner-2", 7.59)), a_set(2, ("bot", 10.0))]
    with a_run(ledger, tmp_path / "run") as run:
        assert concluded(run, sets, monkeypatch) == ["the strongest by the ladder is learner-1, 9.68"]


def test_nothing_is_said_where_no_checkpoint_was_rated(tmp_path, ledger, monkeypatch):
    with a_run(ledger, tmp_path / "run") as run:
        assert concluded(run, [a_set(0, ("bot", 1.0), ("other", 0.0))], monkeypatch) == []
    assert not (tmp_path / "run" / "figures.jsonl").exists()
