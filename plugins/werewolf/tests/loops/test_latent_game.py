"""The latent game is Werewolf as the engine plays it, and keeps from a seat what the engine keeps from it."""

from random import Random

import pytest

from arena.core.options import resolve
from arena.core.seed import Seed
from arena_werewolf.game import WerewolfGame
from arena_werewolf.loops.latent import LatentSpace
from arena_werewolf.loops.latent_game import LatentGame
from arena_werewolf.loops.mccfr import Solver, walk_size
from arena_werewolf.presets import BY_NAME
from arena_werewolf.rewards import LSPO, Shaping

KINDS = {"werewolf": 3, "seer": 2, "doctor": 2, "villager": 2}


def a_game(name="ww4-mini", *, pay=LSPO, kinds=KINDS, letters=2, **given):
    preset = BY_NAME[name]
    return LatentGame(WerewolfGame(preset, resolve(preset.options, given)), LatentSpace.uniform(kinds, letters), pay)


def played(game, seed, rng):
    node = game.begin(Seed.of(seed))
    nodes = [node]
    while movers := node.to_move():
        node = node.play({seat: rng.choice(node.actions(seat)) for seat in movers})
        nodes.append(node)
    return nodes


def test_a_speech_is_a_choice_among_the_kinds_of_the_speakers_role():
    seen = set()
    for seed in range(20):
        for node in played(a_game(), seed, Random(seed)):
            for seat in node.to_move():
                if node.speaks:
                    role = node.role(seat)
                    seen.add(role)
                    assert list(node.actions(seat)) == list(range(KINDS[role]))
    assert seen == {"werewolf", "seer", "villager"}


def test_a_listener_cannot_tell_which_kind_was_chosen_when_both_sound_alike():
    game = a_game()
    node = game.begin(Seed.of(3))
    while not node.speaks:
        node = node.play({seat: node.actions(seat)[0] for seat in node.to_move()})
    (speaker,) = node.to_move()
    said = [node.play({speaker: kind}) for kind in node.actions(speaker)]
    listener = next(seat for seat in node.state.table.living if seat != speaker)
    letters = {}
    for after in said:
        letters.setdefault(after.infoset(listener).known, []).append(after)
        assert after.infoset(speaker).said
    assert len(letters) <= 2, "there are but two letters"
    assert len({after.infoset(speaker) for after in said}) == len(said), "the speaker knows what it chose"


def test_a_node_stays_as_it_is_when_it_is_played_on():
    for seed in range(5):
        nodes = played(a_game(), seed, Random(seed))
        again = played(a_game(), seed, Random(seed))
        backwards = [[n.infoset(seat) for seat in n.to_move()] for n in reversed(nodes)]
        assert backwards[::-1] == [[n.infoset(seat) for seat in n.to_move()] for n in again]
        assert nodes[-1].payoffs() == again[-1].payoffs()


def test_payoffs_are_what_the_engine_pays_step_by_step():
    for seed in range(10):
        rng, node, paid = Random(seed), a_game(shaping=True).begin(Seed.of(seed)), [0.0] * 4
        while movers := node.to_move():
            node = node.play({seat: rng.choice(node.actions(seat)) for seat in movers})
            for seat, channels in node.state.rewards().items():
                paid[seat] += channels["lspo"]
        assert list(node.payoffs()) == paid


def test_what_is_paid_is_a_setting():
    only_wins = a_game(pay=Shaping(win=1, survive=0, vote=0, out=0))
    assert set(played(only_wins, 1, Random(1))[-1].payoffs()) == {1.0, -1.0}


def test_cfr_leaves_less_to_regret_the_longer_it_runs():
    game = a_game()
    solver = Solver(game.deal, game.seats, Random(1))
    solver.iterate(30)
    early = solver.mean_gap()
    solver.iterate(150)
    assert solver.mean_gap() < 0.75 * early


def test_a_seer_who_has_found_the_wolf_learns_to_vote_for_it():
    game = a_game(kinds=dict.fromkeys(KINDS, 1), letters=1)
    solver = Solver(game.deal, game.seats, Random(2))
    solver.iterate(300)
    right = total = 0.0
    for known, entry in solver.table.items():
        before, found, _ = known.known.partition(": a werewolf.")
        if known.role == "seer" and known.phase == "vote" and known.day == 1 and found:
            wolf = int(before.rsplit("_", 1)[1])
            right += entry.played[entry.actions.index(wolf)]
            total += sum(entry.played)
    assert right / total > 0.8


@pytest.mark.parametrize(("name", "fits"), [("ww4-mini", True), ("ww7-lspo", False)])
def test_the_size_of_a_setting_is_known_before_it_is_solved(name, fits):
    game = a_game(name)
    assert (walk_size(game.deal, game.seats, Random(0)) < 1_000) == fits
