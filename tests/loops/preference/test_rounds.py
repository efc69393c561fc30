"""Rounds of preferences on a small model and a small game: what is compared, what is made of it, what is refused."""

from collections import Counter
from random import Random

import pytest

from arena.core.errors import BadOption, BadRequest
from arena.loops.language.policy import Policy
from arena.loops.language.record import decisions, played, self_play
from arena.loops.language.seating import playing
from arena.loops.language.tiny import make_tiny_model
from arena.loops.preference import loop
from arena.loops.preference.judging import Judging, judged, pairs
from arena.loops.preference.rollouts import Position
from arena.loops.preference.trainers import Watcher
from tests.loops.language.runs import a_run, bots_play

pytestmark = pytest.mark.timeout(300)  # TRL's import takes long

ROUND = {"rounds": 1, "matches": 12, "decisions": 12, "candidates": 6, "rollouts": 2, "sets": 1, "deals": 2}


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    words = ["Pass Bet 0 1 2 p b", "Choose one of these"]
    return str(make_tiny_model(tmp_path_factory.mktemp("tiny"), words, layers=1, hidden=32))


def positions(run, policy: Policy) -> list[Position]:
    """Every decision of the ledger's matches."""
    found = []
    for match in played(run):
        for one in decisions(match, playing(run.settings)):
            result = match.stored.result
            before, asked = result.moves[: one.turn.move], policy.asked(one.scene)
            found.append(Position(result.plan, before, one.trajectory.seat.seat, one.conversations(), asked))
    return found


def alone(run) -> list[str]:
    """The first checkpoint's matches with itself."""
    return [match.stored.result.plan.match_id for match in self_play(run, run.member("0", ""))]


def test_answers_are_compared_at_one_prompt_alone_and_the_one_that_earns_more_is_preferred(tmp_path, ledger, tiny):
    """In Kuhn poker, whoever has the king after a bet earns two by calling and loses one by folding."""
    with a_run(ledger, tmp_path / "run", "dpo-family", model=tiny) as run:
        bots_play(run, "random", "openspiel:always-bet", deals=20)
        policy = Policy.open(tiny)
        every = positions(run, policy)
        how = Judging(candidates=8, rollouts=2, margin=0.0, temperature=1.0, max_tokens=64)
        questions = judged(run.make_game(), every, policy, how, Random(1))
        rows = list(pairs(questions, policy, 0.0))
    asked = Counter(tuple(position.asked.prompt) for position in every)
    assert set(Counter(tuple(row.prompt) for row in rows).items()) <= set(asked.items())
    kings = [row for row in rows if "\n2b\n" in policy.loaded.chat.text(row.prompt)]
    assert kings
    assert {policy.loaded.chat.text(row.chosen) for row in kings} == {"Bet"}
    assert {policy.loaded.chat.text(row.rejected) for row in kings} == {"Pass"}


def test_a_killed_round_goes_on_with_the_matches_it_had_played(tmp_path, ledger, tiny, monkeypatch):
    def killed(*given: object, watcher: Watcher, **rest: object) -> int:
        raise Killed

    with a_run(ledger, tmp_path / "run", "dpo-family", model=tiny, **ROUND) as run:
        monkeypatch.setattr(loop, "prefer", killed)
        with pytest.raises(Killed):
            loop.train(run)
        monkeypatch.undo()
        before = alone(run)
    with a_run(ledger, tmp_path / "run", "dpo-family", model=tiny, **ROUND) as run:
        loop.train(run)
        assert alone(run) == before
    lines = {line.agent: line for line in ledger.checkpoints.all()}
    assert lines["run-1"].parent == ("run-0", "0")
    assert (lines["run-0"].frozen.stage, lines["run-1"].frozen.stage) == ("start", "dpo")
    assert len(list(ledger.ladder_sets("openspiel/kuhn_poker"))) == 3  # both with the bot, and with each other


@pytest.mark.parametrize("method", ["kto", "spin", "t-spin", "space"])
def test_every_source_of_preferences_makes_a_checkpoint(tmp_path, ledger, tiny, method):
    settings = {**ROUND, "sets": 0, "answers": 20, "data": "openspiel:always-bet"}
    with a_run(ledger, tmp_path / "run", "dpo-family", model=tiny, method=method, **settings) as run:
        bots_play(run, "random", "openspiel:always-bet", deals=10)
        loop.train(run)
        assert run.checkpoint_path("1").is_dir()


def test_a_method_that_is_unknown_is_refused(tmp_path, ledger):
    with pytest.raises(BadOption, match="one of dpo, ipo"), a_run(ledger, tmp_path / "run", "dpo-family", method="ppo"):
        pass


def test_a_model_that_is_not_there_is_refused(tmp_path, ledger):
    sentence = "no model in 'nowhere'"
    with (
        a_run(ledger, tmp_path / "run", "dpo-family", model="nowhere") as run,
        pytest.raises(BadRequest, match=sentence),
    ):
        loop.train(run)
    with a_run(ledger, tmp_path / "other", "dpo-family") as run, pytest.raises(BadRequest, match="--set model="):
        loop.train(run)


def test_data_that_is_not_in_the_ledger_is_refused(tmp_path, ledger, tiny):
    settings = {"model": tiny, "method": "spin", "data": "nobody"}
    with (
        a_run(ledger, tmp_path / "run", "dpo-family", **settings) as run,
        pytest.raises(BadRequest, match="answers of nobody"),
    ):
        loop.train(run)
