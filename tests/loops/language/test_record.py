"""What is learned from the ledger is what a language model is told and says when it plays."""

from pathlib import Path

import pytest

from arena.agents.language.agent import player_of
from arena.agents.language.settings import Settings
from arena.agents.language.transformers import TransformersModel
from arena.ledger.stream import StoredMatch
from arena.loops.language.policy import Policy
from arena.loops.language.record import Played, decisions
from arena.loops.language.tiny import make_tiny_model
from arena.match.seen import seen
from tests.agents.language.matches import played
from tests.loops.language.runs import a_run


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("tiny"), ["a few words"], layers=1, hidden=32)


@pytest.mark.parametrize(
    ("game", "settings"),
    [
        ("openspiel/tic_tac_toe", Settings()),
        ("negotiation/balloon", Settings()),
        ("negotiation/balloon", Settings(memory="window", window=1)),
    ],
)
def test_a_decision_on_record_has_the_very_tokens_that_its_model_was_asked_with(tmp_path, ledger, tiny, game, settings):
    player = player_of(TransformersModel(str(tiny), threads=1), settings)
    results = (played(game, player, player, number=number) for number in range(20))
    result = next(result for result in results if len(result.moves) > 4)
    policy = Policy.open(tiny)
    with a_run(ledger, tmp_path / "run", "sft", game) as run:
        match = Played(StoredMatch(0, 0, b"", result, made=False), seen(run.make_game(), result))
        found = list(decisions(match, settings, policy))
    assert len(found) == len(result.moves)
    for one in found:
        assert list(policy.asked(one.scene).prompt) == list(one.turn.made.prompt_token_ids)
        assert one.scene.form.read(one.answer) is not None
