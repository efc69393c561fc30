"""Agents of a small network: they need no torch, play by their chances, and an average draws one for each match."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from arena.agents.mlp import Form, Mlp, MlpAgents, load, save
from arena.core.agent import Clock, Observation, SeatInfo
from arena.core.errors import AgentFault, BadRequest
from arena.core.legal import Choices
from arena.core.policy import Situation
from arena.core.seed import Seed
from arena.core.values import MatchId, Seat

FORM = Form(game="toys/two", field="tensor", size=2, seats=2, actions=3)
VIEW = {"tensor": np.zeros(2, np.float32)}


def always(action: int) -> Mlp:
    """A network of one layer that takes this action wherever it may."""
    bias = np.full(3, -40.0, np.float32)
    bias[action] = 40.0
    return Mlp(FORM, [np.zeros((FORM.width, 3), np.float32)], [bias])


def info(number: int, game: str = "toys/two") -> SeatInfo:
    return SeatInfo(
        match_id=MatchId(f"m{number}"), seat=Seat(0), seats=2, game=game, config={}, brief="", seed=Seed.of(number)
    )


def test_probabilities_are_those_of_the_legal_actions_alone():
    network = Mlp(FORM, [np.zeros((FORM.width, 3), np.float32)], [np.log(np.array([1, 2, 3], np.float32))])
    told = network.probabilities(
        [Situation(Seat(0), VIEW, Choices([0, 1, 2])), Situation(Seat(1), VIEW, Choices([2, 0]))]
    )
    np.testing.assert_allclose(told[0], [1 / 6, 2 / 6, 3 / 6], rtol=1e-6)
    np.testing.assert_allclose(told[1], [3 / 4, 1 / 4], rtol=1e-6)


def test_a_network_tells_its_seats_apart():
    weight = np.zeros((FORM.width, 3), np.float32)
    weight[FORM.size, 0] = weight[FORM.size + 1, 1] = 40.0
    network = Mlp(FORM, [weight], [np.zeros(3, np.float32)])
    told = network.probabilities([Situation(Seat(seat), VIEW, Choices([0, 1])) for seat in (0, 1)])
    np.testing.assert_allclose(told, [[1, 0], [0, 1]], atol=1e-6)


def test_an_average_draws_one_of_its_networks_for_a_whole_match(tmp_path):
    save(tmp_path, [always(0), always(2)])
    make = MlpAgents(str(tmp_path))
    taken = []
    for number in range(200):
        agent = make(info(number))
        actions = {agent.act(Observation(0, VIEW), Choices([0, 1, 2]), Clock(1, 0)) for _ in range(3)}
        assert len(actions) == 1
        taken.append(actions.pop())
    assert 70 < taken.count(0) < 130
    assert taken.count(1) == 0


def test_a_checkpoint_reads_as_it_was_written(tmp_path):
    save(tmp_path, [always(0), always(2)])
    [_, second] = load(tmp_path)
    assert second.form == FORM
    np.testing.assert_array_equal(second.biases[0], always(2).biases[0])


def test_a_checkpoint_plays_the_game_it_was_trained_on_only(tmp_path):
    save(tmp_path, [always(0)])
    with pytest.raises(AgentFault, match="was trained on toys/two"):
        MlpAgents(str(tmp_path))(info(1, "toys/three"))
    with pytest.raises(AgentFault, match="was trained on toys/two"):
        MlpAgents(str(tmp_path)).entry("toys/three", {})
    assert MlpAgents(str(tmp_path)).entry("toys/two", {}) is None


def test_what_it_looks_at_is_known_before_it_has_a_seat(tmp_path):
    save(tmp_path, [always(0)])
    assert MlpAgents(str(tmp_path)).wants == {"tensor"}


def test_what_is_no_checkpoint_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(BadRequest, match="holds no checkpoint"):
        MlpAgents(str(tmp_path))
    save(tmp_path, [always(0)])
    (tmp_path / "weights.npz").write_bytes(b"PK")
    with pytest.raises(BadRequest, match="is spoilt"):
        MlpAgents(str(tmp_path))


def test_workers_play_it_without_torch(tmp_path: Path):
    save(tmp_path, [always(0)])
    script = (
        "import sys\n"
        "sys.modules['torch'] = None\n"  # an import of it raises
        "from arena.plugin.registry import Registry\n"
        f"Registry().make_agent('mlp:{tmp_path}')\n"
        "assert 'arena.agents.mlp' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
