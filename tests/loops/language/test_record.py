"""What is learned from the ledger, or from files of it, is what a language model is told and says when it plays."""

from pathlib import Path

import pytest

from arena.agents.language.agent import player_of
from arena.agents.language.conversation import settings_of, telling
from arena.agents.language.reading import closed
from arena.agents.language.transformers import TransformersModel
from arena.cli.export import replayer
from arena.core.match import SetPlan
from arena.ledger.stream import Wanted
from arena.loops.language.lessons import FORMAT, exported, of_export, of_ledger
from arena.loops.language.policy import Policy
from arena.loops.language.tiny import make_tiny_model
from arena.training import Request, export
from tests.agents.language.matches import played
from tests.loops.language.runs import a_run


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"), ["a few words"], layers=1, hidden=32)


@pytest.fixture(scope="module")
def model(tiny):
    return TransformersModel(str(tiny), threads=1)


@pytest.mark.parametrize(
    ("game", "told"),
    [
        ("openspiel/tic_tac_toe", {}),
        ("negotiation/balloon", {"memory": "window", "window": 1}),
    ],
)
def test_ledger_and_files_have_the_very_tokens_that_a_model_was_asked_with_in_play(
    tmp_path, ledger, tiny, model, game, told
):
    player = player_of(model, settings_of(told))
    results = (played(game, player, player, number=number) for number in range(20))
    result = next(result for result in results if len(result.moves) > 4)
    plan = result.plan
    of = SetPlan(set_id=plan.set_id, game=plan.game, parties=plan.parties, matches=1, rated=False)
    ledger.append(of, [result]).result(30)
    wanted = Request(format=FORMAT, wanted=Wanted(game=plan.game.rated_id), told=telling(told))
    folder = export(ledger, wanted, tmp_path / "data", replayer()).folder
    with a_run(ledger, tmp_path / "run", "sft", game, data=str(folder), **told) as run:
        from_files, from_ledger = of_export(exported(run)).train, of_ledger(run, 0).train
    policy = Policy.open(tiny)
    asked = [policy.prompt(one.messages) for one in from_files]
    assert asked == [policy.prompt(one.messages) for one in from_ledger]
    assert [one.answer for one in from_files] == [one.answer for one in from_ledger]
    seat_by_seat = sorted(range(len(result.moves)), key=lambda at: result.moves[at].seat)
    in_play = [result.provenance[at] for at in seat_by_seat]
    assert asked == [list(made.prompt_token_ids) for made in in_play]
    said = [closed(policy.loaded.chat.text(made.completion_token_ids)) for made in in_play]
    assert [one.answer for one in from_files] == said
