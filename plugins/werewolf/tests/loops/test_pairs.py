"""Pairs prefer what the latent game prefers, and show hostile words harmless."""

import json

from arena_werewolf.loops.mccfr import Entry
from arena_werewolf.loops.pages import pairs_page, shown
from arena_werewolf.loops.pairs import Pair, Said, paired, worth_of
from arena_werewolf.loops.speeches import Speech

SPEECH = Speech(match="m", move=7, seat=2, role="seer", text="a")
WORTH = {0: -1.0, 1: 4.0, 2: 3.5}


def said(*texts_and_kinds):
    return [Said(text, [at], kind) for at, (text, kind) in enumerate(texts_and_kinds)]


def test_the_best_kind_that_was_said_is_chosen_and_the_worst_is_rejected():
    pair = paired(SPEECH, [1, 2], said(("a", 0), ("b", 2), ("c", 1), ("d", 1)), WORTH, margin=0.0)
    assert (pair.chosen, pair.rejected, pair.worth) == (Said("c", [2], 1), Said("a", [0], 0), (4.0, -1.0))


def test_what_is_worth_the_same_makes_no_pair():
    assert paired(SPEECH, [1], said(("a", 1), ("b", 1)), WORTH, margin=0.0) is None
    assert paired(SPEECH, [1], said(("a", 1), ("b", 2)), WORTH, margin=0.5) is None
    assert paired(SPEECH, [1], said(("a", 1), ("b", 2)), WORTH, margin=0.4) is not None


def test_kinds_are_worth_their_mean_regret_or_their_share_of_the_policy():
    entry = Entry(actions=[0, 1], regrets=[-30.0, 10.0], played=[1.0, 3.0], weight=10.0, visits=4)
    assert worth_of(entry, "regret") == {0: -3.0, 1: 1.0}
    assert worth_of(entry, "policy") == {0: 0.25, 1: 0.75}


def test_a_pair_is_read_back_as_it_was_written():
    pair = paired(SPEECH, [1, 2], said(("a", 0), ("b", 1)), WORTH, margin=0.0)
    assert Pair.read(json.loads(json.dumps(pair.as_json()))) == pair


def test_words_of_a_model_steer_no_terminal_and_end_no_span_of_code():
    hostile = "\x1b[2J`](http://x)|\u202e<img>\n# title"
    text = shown(hostile)
    assert text.count("`") == 2
    assert not set("\x1b\n|\u202e") & set(text)
    pair = paired(SPEECH, [1], said((hostile, 0), ("b", 1)), WORTH, margin=0.0)
    page = pairs_page([pair], 1)
    assert len(page.splitlines()) == 5
    assert not set("\x1b\u202e") & set(page)
