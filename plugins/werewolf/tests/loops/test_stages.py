"""The stages over what registered bots said, in the place of a language model: what is found is found again."""

import pytest

from arena.core.errors import BadRequest
from arena.core.values import AgentName
from arena.loops.meeting import Meeting, Member
from arena_werewolf.loops.iteration import LATENT, STRATEGY, Iteration
from arena_werewolf.loops.latent_game import DISCUSSION
from arena_werewolf.loops.speeches import retold, speeches
from arena_werewolf.loops.stages import cluster, solve
from plugins.werewolf.tests.loops.runs import a_run

WORDS = {"embedding": "words", "cfr": 25, "matches": 20}


def bots_play(run, bot, deals):
    """As if they were the run's first checkpoint."""
    run.play([Meeting(members=[Member(AgentName("run-0"), bot)], deals=deals, rated=False)])


def test_what_bots_say_is_clustered_and_solved_alike_when_a_stage_is_done_again(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run", **WORDS) as run:
        bots_play(run, "werewolf:seer-claim", deals=20)
        left = []
        for _ in range(2):
            iteration = Iteration(run, 1)
            cluster(iteration)
            solve(iteration)
            files = [file for stage in (LATENT, STRATEGY) for file in sorted(iteration.path(stage).iterdir())]
            left.append({file.name: file.read_bytes() for file in files})
        assert left[0] == left[1]
        assert {"space.json", "speeches.jsonl", "latent.md", "table.jsonl", "strategy.md"} == set(left[0])
        table = iteration.table()
    spoken = {(known.role, len(entry.actions)) for known, entry in table.items() if known.phase == DISCUSSION}
    assert ("werewolf", 3) in spoken


def test_every_speech_on_record_has_its_place_in_the_latent_game(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run", **WORDS) as run:
        bots_play(run, "werewolf:seer-claim", deals=10)
        iteration = Iteration(run, 1)
        cluster(iteration)
        for match in iteration.self_play():
            result = match.stored.result
            said = {speech.move: speech for speech in speeches(iteration.game, result)}
            places = dict(retold(iteration.latent_game, result, lambda role, text: (0, "A")))
            assert places.keys() == said.keys()
            for move, known in places.items():
                assert known.phase == DISCUSSION
                assert (known.role, said[move].text) == (result.seats[said[move].seat].role, result.moves[move].action)
                assert f"You are player_{said[move].seat}." in known.known


def test_a_model_that_says_nothing_is_told_in_a_sentence(tmp_path, ledger):
    with a_run(ledger, tmp_path / "run", **WORDS) as run:
        bots_play(run, "werewolf:random-table", deals=2)
        with pytest.raises(BadRequest, match="run-0 has said nothing in 20 deals"):
            cluster(Iteration(run, 1))
