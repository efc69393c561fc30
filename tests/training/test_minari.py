"""Episodes of games of tensors, read back by Minari itself."""

import errno
import io
import json

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena.core.legal import Box, Choices, FreeText
from arena.core.match import Cause
from arena.ledger.stream import Wanted, head, stream
from arena.match.seen import seen
from arena.plugin.registry import Registry
from arena.training import Request, Splits, export, parts
from arena.training.hdf5 import Episodes
from tests.match.fakes import SumGame
from tests.training.matches import add_result, add_set
from tests.training.tensors import TensorGame

h5py = pytest.importorskip("h5py")
minari = pytest.importorskip("minari")


class Words(TensorGame):
    """A game of tensors that is answered in words."""

    def new_state(self, seed, entries):
        state = super().new_state(seed, entries)
        state.legal = lambda seat: FreeText(10)
        return state


@pytest.fixture
def exported(ledger, tmp_path):
    """`exported(game)` is the folder of its episodes."""

    def run(game=None, out="out", **request):
        game = game or TensorGame()
        replay = request.pop("replay", lambda result, views: seen(game, result, views))
        return export(ledger, Request(format="minari", **request), tmp_path / out, replay).folder

    return run


@pytest.fixture
def load(monkeypatch):
    """A split of an exported folder, as Minari loads it."""

    def read(folder, split="train"):
        monkeypatch.setenv("MINARI_DATASETS_PATH", str(folder))
        return minari.load_dataset(f"{split}-v0")

    return read


def contents(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_an_episode_is_one_seat_of_a_match_and_ends_with_what_nobody_acts_on(ledger, exported, load):
    add_set(ledger, "s")
    dataset = load(exported())
    assert (dataset.total_episodes, dataset.total_steps, dataset.spec.dataset_id) == (2, 4, "train-v0")
    ann, bob = dataset
    assert ann.actions.tolist() == [9, 9]
    assert ann.rewards.tolist() == [9.0, 9.0]
    assert ann.observations.shape == (3, 3)
    assert ann.observations[:, 2].tolist() == [0, 2, 4]
    assert bob.observations[:, 2].tolist() == [1, 3, 4]
    assert (ann.terminations.tolist(), ann.truncations.tolist()) == ([False, True], [False, False])
    about, other = dataset.storage.get_episode_metadata([0, 1])
    assert (about["agent"], about["seat"], about["outcome"], about["match_id"]) == ("ann", 0, "win", "s.0")
    assert (other["agent"], other["total_steps"]) == ("bob", 2)


def test_what_is_seen_and_done_lies_in_the_spaces(ledger, exported, load):
    add_set(ledger, "s")
    dataset = load(exported())
    assert dataset.action_space.n == 10
    for episode in dataset:
        assert all(seen in dataset.observation_space for seen in episode.observations)
        assert all(done in dataset.action_space for done in episode.actions)
        assert episode.infos["action_mask"].sum(axis=1).tolist() == [10, 10, 0]
        assert episode.infos["own_action"].tolist() == [True, True, False]


def test_where_nothing_is_paid_on_the_way_the_score_comes_last(ledger, exported, load):
    game = TensorGame(pays=False)
    add_set(ledger, "s", game=game)
    (ann, _) = load(exported(game))
    assert ann.rewards[0] == 0.0
    assert ann.rewards[1] >= 18.0


@pytest.mark.parametrize("seat", [0, 1])
def test_a_forfeit_truncates_every_episode_of_its_match(ledger, exported, load, seat):
    def play(table):
        for mover in (0, 1):
            table.submit(mover, 5)
            table.step()
        table.forfeit(seat, Cause.TIMEOUT)

    add_result(ledger, play)
    for episode in load(exported()):
        assert (episode.terminations.tolist(), episode.truncations.tolist()) == ([False], [True])
        assert episode.observations[-1][2] == 2


def test_what_was_answered_beside_a_forfeit_is_no_step(ledger, exported, load):
    def play(table):
        table.submit(0, 5)
        table.submit(1, 5)
        table.step()
        table.submit(0, 7)
        table.rule(1, Cause.TIMEOUT)

    game = TensorGame(dynamics="simultaneous")
    add_result(ledger, play, game)
    ann, bob = load(exported(game))
    assert (ann.actions.tolist(), bob.actions.tolist()) == ([5], [5])
    assert ann.observations[:, 2].tolist() == [0, 1]


def test_a_split_is_a_dataset_of_its_own(ledger, exported, load):
    for number in range(12):
        add_set(ledger, f"s{number}")
    folder = exported(splits=Splits.parse("0.5"))
    train, test = load(folder), load(folder, "test")
    assert train.total_episodes + test.total_episodes == 24
    sets = [{about["set_id"] for about in one.storage.get_episode_metadata(range(len(one)))} for one in (train, test)]
    assert not sets[0] & sets[1]


def test_many_parts_are_one_dataset(ledger, exported, load, monkeypatch):
    monkeypatch.setattr(parts, "_PART_ROWS", 4)
    add_set(ledger, "s", lambda step, seat: (step + seat) % 10, matches=7)
    folder = exported(splits=Splits.parse("train=1"))
    dataset = load(folder)
    assert len(list((folder / "train-v0" / "data").glob("part-*"))) == 4
    names = [about["match_id"] for about in dataset.storage.get_episode_metadata(range(14))]
    assert names == [f"s.{number // 2}" for number in range(14)]
    assert dataset[13].actions.tolist() == [2, 4]
    manifest = json.loads((folder / "_manifest.json").read_text())
    assert [file["file"].split("/data/")[1] for file in manifest["beside"]] == ["main_data.hdf5", "metadata.json"]


@pytest.mark.parametrize("matches", [0, 3, 4])
def test_killed_and_taken_up_later_it_has_the_very_same_bytes(ledger, exported, tmp_path, monkeypatch, matches):
    monkeypatch.setattr(parts, "_PART_ROWS", 4)
    for number in range(5):
        add_set(ledger, f"s{number}")
    whole = contents(exported(out="whole"))
    left = iter(range(matches))

    def dying(result, views):
        if next(left, None) is None:
            raise KeyboardInterrupt
        return seen(TensorGame(), result, views)

    with pytest.raises(KeyboardInterrupt):
        exported(replay=dying)
    assert not (tmp_path / "out").exists()
    assert contents(exported()) == whole


def test_no_file_has_a_time_in_it(ledger, exported):
    add_set(ledger, "s")
    for file in exported().rglob("*.hdf5"):
        with h5py.File(file) as opened:
            opened.visititems(lambda name, it: it.id.get_create_plist().get_obj_track_times() and pytest.fail(name))


class Disk(io.BytesIO):
    """Full from some moment on."""

    full = False

    def seek(self, *where):
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().seek(*where)


def test_a_disk_that_fills_up_under_many_episodes_is_told_and_the_file_can_be_closed():
    row = {"of": dict.fromkeys(("game", "ruleset", "observation_space", "action_space"), "x"), "about": {}, "infos": {}}
    row |= {"rewards": np.zeros(9), "observations": np.random.default_rng(1).random(9_000)}
    disk = Disk()
    part = Episodes().writer(disk)
    part.add([row])
    disk.full = True
    with pytest.raises(OSError, match="No space left on device"):
        part.add([row] * 99)
    part.drop()


def test_a_game_without_tensors_is_refused_in_one_sentence(ledger, exported, tmp_path):
    add_set(ledger, "s")
    with pytest.raises(BadRequest, match="minari is for games that show their seats a tensor, and fake/sum shows none"):
        exported(SumGame())
    assert not list(tmp_path.glob("out*"))


def test_a_game_of_words_is_refused_in_one_sentence(ledger, exported, tmp_path):
    add_set(ledger, "s")
    with pytest.raises(BadRequest, match="minari is for games in which every answer is a tensor, or one of"):
        exported(Words())
    assert not list(tmp_path.glob("out*"))


class Pushes(TensorGame):
    """Answered with up to two numbers."""

    actions = 0

    def new_state(self, seed, entries):
        state = super().new_state(seed, entries)
        state.legal = lambda seat: Box((2,), -1.0, 1.0)
        state.check = lambda seat, action: action
        state.step = lambda actions: setattr(state, "turns", state.turns + 1)
        return state


@pytest.mark.parametrize("rows", [1, 2])
def test_a_tensor_of_another_shape_than_asked_for_is_refused(ledger, exported, load, rows):
    game = Pushes()
    add_set(ledger, "s", lambda step, seat: np.full(rows, 0.5, np.float32), game=game)
    if rows == 2:
        episode = load(exported(game))[0]
        assert (episode.actions.dtype, episode.actions.shape) == (np.float32, (2, 2))
        return
    with pytest.raises(BadRequest, match=r"one shape, \(2,\), and match s\.0 has one of shape \(1,\)"):
        exported(game)


def at_random(table):
    """Play a match of any game of numbers."""
    rng = np.random.default_rng(1)
    while not table.over:
        for seat in list(table.open_seats):
            legal = table.state.legal(seat)
            choose = rng.choice if isinstance(legal, Choices) else None
            table.submit(seat, int(choose(legal.ids)) if choose else rng.uniform(-1, 1, legal.shape).astype("float32"))
        table.step()


@pytest.mark.parametrize("name", ["openspiel/leduc_poker", "openspiel/goofspiel", "drone_volleyball/1v1?points=1"])
def test_real_games_are_read_back_as_they_were_played(ledger, exported, load, name):
    registry = Registry()
    ref = registry.ref(name)
    game = registry.make_game(ref)
    add_result(ledger, at_random, game, ref)
    dataset = load(exported(game))
    (stored,) = stream(ledger, Wanted(), head(ledger))
    for seat, episode in enumerate(dataset):
        own = [move.action for move in stored.result.moves if move.seat == seat]
        assert np.array_equal(episode.actions, own)
        assert all(done in dataset.action_space for done in episode.actions)
        assert all(seen in dataset.observation_space for seen in episode.observations)
        assert len(episode.observations) == len(own) + 1
        assert episode.terminations[-1]
        for done, mask in zip(episode.actions, episode.infos.get("action_mask", ()), strict=False):
            assert mask[done] == 1
