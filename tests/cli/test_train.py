"""`arena train`: what is on offer, and what cannot be, in a sentence."""

import pytest

from arena.cli.train import _run
from arena.core.errors import BadRequest
from arena.plugin.registry import LoopListing


def test_loops_are_listed_and_each_says_what_its_settings_mean(cli):
    found = {loop["name"]: loop for loop in cli("train", "--json").json["loops"]}
    assert {"psro", "double-oracle", "fictitious-play"} <= found.keys()
    assert found["psro"]["games"] == ["openspiel"]
    assert found["psro"] == cli("train", "psro", "--json").json
    told = cli("train", "psro").out
    assert all(option["name"] in told and option["help"] in told for option in found["psro"]["options"])
    assert "a whole number from 1 up to 1000" in told


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("psro", "openspiel/kuhn_poker"), "name a game and a folder"),
        (("none",), "there is no training loop 'none'"),
        (("none", "openspiel/kuhn_poker", "--run", "r"), "there is no training loop 'none'"),
        (("psro", "werewolf/ww4-mini", "--run", "r"), "psro does not train on werewolf/ww4-mini"),
        (
            ("psro", "openspiel/kuhn_poker", "--run", "r", "--set", "sets=-1"),
            "sets: -1 is not a whole number from 0",
        ),
        (("psro", "openspiel/tiny_hanabi", "--run", "deep/er/r"), "is not a zero-sum game of two seats"),
        (("psro", "openspiel/kuhn_poker", "--run", "r", "--set", "bots=random,nobody"), "unknown agent 'nobody'"),
        (
            ("psro", "openspiel/kuhn_poker", "--run", "r", "--set", "bots=werewolf:detective"),
            "agent 'werewolf:detective' does not play openspiel/kuhn_poker",
        ),
    ],
)
def test_what_cannot_be_trained_is_one_sentence_and_leaves_no_folder(cli, args, why, tmp_path):
    done = cli("train", *args)
    assert done.code == 1
    assert why in done.err
    assert len(done.err.strip().splitlines()) == 1
    assert not [path for path in tmp_path.iterdir() if path.is_dir() and path.suffix != ".state"]


def test_a_loop_that_lacks_a_package_says_what_brings_it():
    def train(run):
        raise ModuleNotFoundError("No module named 'torch'", name="torch")

    with pytest.raises(BadRequest, match="deep needs torch, which is not installed"):
        _run(LoopListing(name="deep", train=train, summary=""), None)
