"""What training freezes: weights that survive, and agents that play by them without torch."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from arena.core.agent import Clock, Observation
from arena.core.errors import BadOption
from arena.core.options import resolve
from arena.core.values import TENSOR
from arena.plugin.registry import Registry
from arena_drone_volleyball.agents.menu import CHOICES, MENUS, situation
from arena_drone_volleyball.agents.network import WEIGHTS, Layer, Network
from arena_drone_volleyball.agents.sight import sees
from arena_drone_volleyball.batch.skills import SKILLS
from arena_drone_volleyball.batch.vector import Volleyball
from arena_drone_volleyball.control.skills import HITTING
from arena_drone_volleyball.loops.orders import chosen, situations
from arena_drone_volleyball.play.game import DRILL_OPTIONS, OPTIONS
from plugins.drone_volleyball.tests.courts import game
from plugins.drone_volleyball.tests.playing import seat_of

MATCH = """
import sys
sys.modules["torch"] = None
from arena.ledger import Ledger
from arena.local.play import Run, play
if __name__ == "__main__":
    with Ledger.open("sqlite:///" + sys.argv[1]) as ledger:
        play(Run(game=sys.argv[2], agents=sys.argv[3:], matches=1, seed=1, deals=1), ledger)
        for line in ledger.matches():
            print(line.void, [(seat.cause.name, seat.defaults, seat.refusals) for seat in line.seats])
"""


def made(size: int, outputs: int, about: dict[str, str]) -> Network:
    rng = np.random.default_rng(0)
    sizes = (size, 8, 8, outputs)
    layers = [
        Layer(rng.normal(0.0, 0.3, (a, b)).astype(np.float32), rng.normal(0.0, 0.1, b).astype(np.float32))
        for a, b in pairwise(sizes)
    ]
    return Network(layers, rng.normal(size=size).astype(np.float32), np.full(size, 2.0, np.float32), about)


def kept(folder: Path, size: int, outputs: int, **about: str) -> Network:
    network = made(size, outputs, about)
    network.save(folder)
    return network


def agent(folder: Path):
    return Registry().make_agent(f"drone_volleyball:policy?weights={folder}")


FLYING = {"game": "solo_bump", "level": "ctbr", "head": "normal"}
CHOOSING = {"game": "1v1", "level": "skill", "head": "choice"}


def test_a_network_is_the_same_after_it_was_written(tmp_path):
    network, seen = kept(tmp_path, 32, 4, **FLYING), np.random.default_rng(1).normal(size=(5, 32)).astype(np.float32)
    again = Network.load(tmp_path)
    assert again(seen).tobytes() == network(seen).tobytes()
    assert again.about == network.about


def test_its_outputs_are_those_of_the_network_that_was_trained():
    torch = pytest.importorskip("torch")
    from arena_drone_volleyball.loops.heads import Normal
    from arena_drone_volleyball.loops.learner import Learner, Tuning

    centre = np.array((0.0, 0.0, 0.0, 0.3), np.float32)
    learner = Learner(32, Normal(4), centre, width=16, tuning=Tuning(), device="cpu", seed=3)
    seen = np.random.default_rng(1).normal(size=(5, 32)).astype(np.float32)
    with torch.no_grad():
        trained = learner.actor(learner._normal(torch.from_numpy(seen))).numpy()
    np.testing.assert_allclose(learner.pilot({}).network(seen), trained, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "size", "outputs", "about", "against"),
    [
        ("solo_bump?level=ctbr", 32, 4, FLYING, []),
        ("1v1?level=skill&points=1&rallies=2", 37, CHOICES, CHOOSING, ["drone_volleyball:rally"]),
    ],
)
def test_it_plays_legal_matches_before_the_referee_where_there_is_no_torch(
    tmp_path, name: str, size: int, outputs: int, about: dict[str, str], against: list[str]
):
    kept(tmp_path, size, outputs, **about)
    script = tmp_path / "match.py"
    script.write_text(MATCH)
    agents = [f"drone_volleyball:policy?weights={tmp_path}", *against]
    command = [sys.executable, str(script), str(tmp_path / "arena.db"), f"drone_volleyball/{name}", *agents]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith(" [")]
    assert lines
    assert all("('RULES', 0, 0)" in line for line in lines), done.stdout


@pytest.mark.parametrize(
    ("name", "config", "told"),
    [
        ("hit_the_ball", {"level": "ctbr"}, "solo_bump at level ctbr, not for hit_the_ball"),
        ("solo_bump", {"level": "prt"}, "not for solo_bump at level prt"),
    ],
)
def test_weights_for_something_else_are_refused_before_the_first_match(tmp_path, name: str, config, told: str):
    kept(tmp_path, 32, 4, **FLYING)
    with pytest.raises(BadOption, match=told):
        agent(tmp_path).entry(f"drone_volleyball/{name}", resolve(DRILL_OPTIONS, config))


def test_what_cannot_be_loaded_is_told_in_a_sentence(tmp_path):
    with pytest.raises(BadOption, match="name the folder of a checkpoint, as in"):
        Registry().make_agent("drone_volleyball:policy")
    with pytest.raises(BadOption, match="there is no"):
        agent(tmp_path / "nowhere")
    (tmp_path / WEIGHTS).write_bytes(b"PK not weights")
    with pytest.raises(BadOption, match="no trained policy"):
        agent(tmp_path)
    np.savez(tmp_path / WEIGHTS, about=np.array(json.dumps({})), mean=np.array([{}], object))
    with pytest.raises(BadOption, match="no trained policy"):
        agent(tmp_path)


@pytest.mark.parametrize("harm", ["shape", "number", "outputs"])
def test_weights_that_do_not_fit_together_are_refused(tmp_path, harm: str):
    network = made(32, 5 if harm == "outputs" else 4, FLYING)
    if harm == "shape":
        network.layers = (network.layers[0], network.layers[2])
        network.mean = network.mean[:30]
    if harm == "number":
        network.layers[1].bias[3] = np.nan
    network.save(tmp_path)
    with pytest.raises(BadOption, match=r"spoilt|another version"):
        agent(tmp_path)


def test_an_order_of_the_courts_is_the_order_of_the_referee():
    """The same view and choice mean the same order, by the batch and by the agent."""
    volley, rng = Volleyball("1v1", 40, level="skill"), np.random.default_rng(4)
    views, _ = volley.reset(seed=1)
    met = set()
    for _ in range(150):
        seen = views.reshape(-1, 37).copy()
        met |= set(situations(seen).tolist())
        picked = rng.integers(CHOICES, size=len(seen))
        orders = chosen(seen, picked.astype(np.float32))
        views, *_ = volley.step(orders.reshape(40, 2, 5))
        for row, choice, view in zip(orders, picked, seen, strict=True):
            sight = sees(Observation(0, {TENSOR: view}))
            order = MENUS[situation(sight)][choice]
            assert SKILLS[int(row[0])] is order.skill
            np.testing.assert_allclose(row[1:4], order.target, rtol=1e-6)
            assert order.skill not in HITTING or row[4] == np.float32(order.flight)
    assert met == set(range(len(MENUS)))


def test_a_strategy_draws_and_the_same_seat_draws_the_same(tmp_path):
    kept(tmp_path, 37, CHOICES, **CHOOSING)
    court = game(level="skill")
    seat, view = seat_of(court, 0), Volleyball("1v1", 1).reset(seed=1)[0][0, 0]
    assert dict(seat.config) == dict(resolve(OPTIONS, {"level": "skill"}))
    legal = court.levels[0].legal()
    drawn = [agent(tmp_path)(seat).act(Observation(0, {TENSOR: view}), legal, Clock(1.0, 1.0)) for _ in range(2)]
    assert drawn[0] == drawn[1]
    one = agent(tmp_path)(seat)
    many = {json.dumps(one.act(Observation(0, {TENSOR: view}), legal, Clock(1.0, 1.0))) for _ in range(40)}
    assert len(many) > 1
